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
  package var description: String { text(between: "T", hasFraction: true, isZoned: true) }

  /// `2026-11-23T01:29:33Z`: the form of the Networking and Compute APIs.
  package var iso8601Seconds: String { text(between: "T", hasFraction: false, isZoned: true) }

  /// `2026-11-23T01:29:33.123456`: the form of Nova's bodies without a zone and of oslo.messaging's `time` argument.
  package var iso8601WithoutZone: String { text(between: "T", hasFraction: true, isZoned: false) }

  /// `2026-11-23 01:29:33`: the form of `/v2.0/agents`.
  package var spaced: String { text(between: " ", hasFraction: false, isZoned: false) }

  private func text(between separator: Unicode.Scalar, hasFraction: Bool, isZoned: Bool) -> String {
    let seconds = microseconds.flooringDivision(by: 1_000_000)
    let days = seconds.flooringDivision(by: 86_400)
    let second = seconds - days * 86_400
    let (year, month, day) = Self.civil(fromDays: days)
    var line = ASCIILine()
    line.append(year, width: 4)
    line.append("-")
    line.append(twoDigitsOf: month)
    line.append("-")
    line.append(twoDigitsOf: day)
    line.append(separator)
    line.append(twoDigitsOf: second / 3600)
    line.append(":")
    line.append(twoDigitsOf: second / 60 % 60)
    line.append(":")
    line.append(twoDigitsOf: second % 60)
    if hasFraction {
      line.append(".")
      // The product may lie below the least number, the difference does not.
      line.append(microseconds &- seconds &* 1_000_000, width: 6)
    }
    if isZoned { line.append("Z") }
    return line.text
  }
}

extension Timestamp {
  /// Reads any of the forms above, with or without fraction (1-6 digits) and with or without `Z`. Else `nil`.
  package init?(_ text: some StringProtocol) {
    let text = String(text)
    self.init(ascii: text.utf8.span)
  }

  /// Reads the same forms from bytes, such as those of a column, without making a text of them.
  package init?(ascii text: borrowing Span<UInt8>) {
    guard text.count >= 19, let year = text.number(at: 0, digits: 4), text.has("-", at: 4),
      let month = text.number(at: 5, digits: 2), (1...12).contains(month), text.has("-", at: 7),
      let day = text.number(at: 8, digits: 2), (1...31).contains(day),
      text.has("T", at: 10) || text.has(" ", at: 10),
      let hour = text.number(at: 11, digits: 2), hour < 24, text.has(":", at: 13),
      let minute = text.number(at: 14, digits: 2), minute < 60, text.has(":", at: 16),
      let second = text.number(at: 17, digits: 2), second < 60,
      let fraction = text.fraction(at: 19)
    else { return nil }
    let days = Self.daysSinceEpoch(year: year, month: month, day: day)
    // A day that the month does not have would count on into the next.
    guard Self.civil(fromDays: days) == (year, month, day) else { return nil }
    self.init(microseconds: ((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + fraction)
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

// Fixed-width decimal numbers in a line of ASCII.
extension Span<UInt8> {
  fileprivate func has(_ character: Unicode.Scalar, at position: Int) -> Bool {
    position < count && self[position] == UInt8(ascii: character)
  }

  fileprivate func number(at position: Int, digits: Int) -> Int64? {
    guard position + digits <= count else { return nil }
    var value: Int64 = 0
    for index in position..<position + digits {
      let digit = self[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
    }
    return value
  }

  /// The end of the line: none, or `.` and one to six digits, then `Z` or not. In microseconds.
  fileprivate func fraction(at start: Int) -> Int64? {
    var position = start
    var value: Int64 = 0
    if has(".", at: start) {
      position += 1
      while position < start + 7, let digit = number(at: position, digits: 1) {
        value = value * 10 + digit
        position += 1
      }
      guard position > start + 1 else { return nil }
      for _ in position..<start + 7 { value *= 10 }
    }
    if has("Z", at: position) { position += 1 }
    return position == count ? value : nil
  }
}

extension Int64 {
  /// Division that rounds towards negative infinity, as a calendar needs it before 1970.
  fileprivate func flooringDivision(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
