/// A point in time in UTC, in microseconds since 1970-01-01T00:00:00, as the database keeps it.
///
/// A type of our own because `Model` does without Foundation, and because every text form that OpenStack uses is here
/// in one place.
package struct Timestamp: Hashable, Comparable, Sendable {
  package let microseconds: Int64

  package init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// The time `duration` later; parts of a microsecond are cut off.
  package static func + (time: Timestamp, duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return Timestamp(microseconds: time.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  package static func - (time: Timestamp, duration: Duration) -> Timestamp { time + (.zero - duration) }

  package static func - (left: Timestamp, right: Timestamp) -> Duration {
    .microseconds(left.microseconds - right.microseconds)
  }
}

extension Timestamp: CustomStringConvertible {
  /// `2026-11-23T01:29:33.123456Z`: the form of every time in the database; it sorts as text.
  package var description: String { "\(date)T\(time).\(padded(microsecondOfSecond, to: 6))Z" }

  /// `2026-11-23T01:29:33Z`: the form of the Networking and Compute APIs.
  package var iso8601Seconds: String { "\(date)T\(time)Z" }

  /// `2026-11-23T01:29:33.123456`: the form of Nova's bodies without a zone and of oslo.messaging's `time` argument.
  package var iso8601WithoutZone: String { "\(date)T\(time).\(padded(microsecondOfSecond, to: 6))" }

  /// `2026-11-23 01:29:33`: the form of `/v2.0/agents`.
  package var spaced: String { "\(date) \(time)" }

  /// Reads any of the forms above, with or without fraction (1-6 digits) and with or without `Z`. Else `nil`.
  package init?(_ text: some StringProtocol) {
    var scanner = DigitScanner(bytes: Array(text.utf8))
    guard let year = scanner.number(digits: 4), scanner.skip("-"),
      let month = scanner.number(digits: 2), (1...12).contains(month), scanner.skip("-"),
      let day = scanner.number(digits: 2), (1...31).contains(day), scanner.skip("T") || scanner.skip(" "),
      let hour = scanner.number(digits: 2), hour < 24, scanner.skip(":"),
      let minute = scanner.number(digits: 2), minute < 60, scanner.skip(":"),
      let second = scanner.number(digits: 2), second < 60
    else { return nil }
    var fraction: Int64 = 0
    if scanner.skip(".") {
      guard let digits = scanner.fraction() else { return nil }
      fraction = digits
    }
    _ = scanner.skip("Z")
    guard scanner.isAtEnd else { return nil }
    let days = Self.daysSinceEpoch(year: year, month: month, day: day)
    // A day that the month does not have would count on into the next.
    guard Self.civil(fromDays: days) == (year, month, day) else { return nil }
    self.init(microseconds: ((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + fraction)
  }

  private var secondsSinceEpoch: Int64 { microseconds.flooringDivision(by: 1_000_000) }
  private var microsecondOfSecond: Int64 { microseconds - secondsSinceEpoch * 1_000_000 }
  private var daysSinceEpoch: Int64 { secondsSinceEpoch.flooringDivision(by: 86_400) }

  private var date: String {
    let (year, month, day) = Self.civil(fromDays: daysSinceEpoch)
    return "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))"
  }

  private var time: String {
    let second = secondsSinceEpoch - daysSinceEpoch * 86_400
    return "\(padded(second / 3600, to: 2)):\(padded(second / 60 % 60, to: 2)):\(padded(second % 60, to: 2))"
  }

  private func padded(_ value: Int64, to width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

extension Timestamp {
  // Days and civil dates of the proleptic Gregorian calendar, counted in 400-year eras that begin on 1 March:
  // the leap day is then the last day of a year, and no month needs a case of its own.

  private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let era = shifted.flooringDivision(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted.flooringDivision(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = (monthFromMarch + 2) % 12 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }
}

/// Reads fixed-width decimal numbers off a line of ASCII.
private struct DigitScanner {
  let bytes: [UInt8]
  var position = 0

  var isAtEnd: Bool { position == bytes.count }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func number(digits count: Int) -> Int64? {
    guard position + count <= bytes.count else { return nil }
    var value: Int64 = 0
    for byte in bytes[position..<position + count] {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    position += count
    return value
  }

  /// One to six digits as microseconds.
  mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var count = 0
    while count < 6, let digit = number(digits: 1) {
      value = value * 10 + digit
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in count..<6 { value *= 10 }
    return value
  }
}

extension Int64 {
  /// Division that rounds towards negative infinity, as a calendar needs it before 1970.
  fileprivate func flooringDivision(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
