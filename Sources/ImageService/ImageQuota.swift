import HTTPTypes
import Model
import OpenStackHTTP
import Store

/// What a project may take, so that none takes what others need.
extension ImageOptions {
  /// - Throws: `APIError` 413 if a project has as many images as it may.
  func checkCount(ofProject project: String, _ snapshot: Snapshot) throws {
    guard let countLimit, try snapshot.imageCount(ofProject: project) >= countLimit else { return }
    throw APIError(.contentTooLarge, "The project has \(countLimit) images, which is as many as it may have.")
  }

  /// How long the data of an image may be, in bytes.
  ///
  /// - Parameter announced: what the client says of the length.
  /// - Throws: `APIError` 413 if it is too long already, or too many other images of the project are on their way.
  func room(for image: Image, announced: Int?, _ snapshot: Snapshot) throws -> Int {
    // The image itself is on its way already.
    guard try snapshot.uploadingImageCount(ofProject: image.owner) <= uploadingLimit else {
      throw APIError(.contentTooLarge, "The project uploads \(uploadingLimit) images already.")
    }
    var room = sizeLimit
    if let storageQuota {
      room = min(room, max(0, storageQuota - (try snapshot.imageBytes(ofProject: image.owner, except: image.id))))
    }
    guard announced ?? 0 <= room else { throw Self.tooLarge }
    return room
  }

  /// Once more when the length is known: others have come in meanwhile.
  func checkStorage(_ image: Image, _ size: Int, _ snapshot: Snapshot) throws {
    guard let storageQuota else { return }
    let used = try snapshot.imageBytes(ofProject: image.owner, except: image.id)
    guard size <= storageQuota - used else { throw Self.tooLarge }
  }

  static let tooLarge = APIError(
    .contentTooLarge, "The image is larger than the service takes, or than what is left of the project's quota.")
}
