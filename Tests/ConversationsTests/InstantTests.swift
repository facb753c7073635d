import ByteReading
import Conversations
import Testing

@Suite struct InstantTests {
  // Expected values: `date -u -d @SECONDS +%FT%TZ`.
  @Test(
    "seconds, milliseconds, microseconds and nanoseconds are told apart by size",
    arguments: [
      (JSONNumber(mantissa: 1_716_000_000), "2024-05-18T02:40:00Z"),
      (JSONNumber(mantissa: 1_716_000_000_123), "2024-05-18T02:40:00.123Z"),
      (JSONNumber(mantissa: 1_716_000_000_123_456), "2024-05-18T02:40:00.123Z"),
      (JSONNumber(mantissa: 1_716_000_000_123_456_789), "2024-05-18T02:40:00.123Z"),
      (JSONNumber(mantissa: 1_716_000_000_5, exponent: -1), "2024-05-18T02:40:00.500Z"),
      (JSONNumber(mantissa: 951_782_400), "2000-02-29T00:00:00Z"),
    ])
  func units(number: JSONNumber, text: String) {
    #expect(Instant(guessing: number)?.description == text)
  }

  @Test("never is no time", arguments: [0, -1] as [Int64])
  func never(number: Int64) {
    #expect(Instant(guessing: number) == nil)
  }

  @Test(
    "text forms of three applications",
    arguments: [
      ("2025-08-01T10:20:30.123456789+02:00", "2025-08-01T08:20:30.123Z"),
      ("2025-08-01 10:20:30", "2025-08-01T10:20:30Z"),
      ("2025-08-01T10:20:30Z", "2025-08-01T10:20:30Z"),
      ("2025-08-01 10:20:30.5 -0700", "2025-08-01T17:20:30.500Z"),
      ("2025-08-01", "2025-08-01T00:00:00Z"),
    ])
  func texts(text: String, expected: String) {
    #expect(Instant(parsing: text.utf8)?.description == expected)
  }

  @Test(
    "what is no time is none",
    arguments: ["", "yesterday", "2025-13-01", "2025-1-1", "2025-08-01T25:00:00"])
  func noTimes(text: String) {
    #expect(Instant(parsing: text.utf8) == nil)
  }
}
