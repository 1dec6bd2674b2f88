// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that who builds Plugboard never fetches or builds what only a measurement needs.

let package = Package(
  name: "plugboard-benchmarks",
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1")
  ],
  targets: [
    .executableTarget(
      name: "bare-route",
      dependencies: [.product(name: "Hummingbird", package: "hummingbird")])
  ],
  swiftLanguageModes: [.v6]
)
