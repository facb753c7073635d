internal import Secrets

/// A list of words in alphabetical order.
struct WordList: Sendable {
  /// The letters of the longest word.
  static let longest = 8
  /// The English list of BIP-39.
  static let english = WordList(RecoveryWords.list)

  private let letters: [UInt8]
  private let places: [Range<Int>]

  private init(_ text: String) {
    letters = Array(text.utf8)
    places = letters.split { $0 <= 0x20 }.map(\.indices)
  }

  /// How many words there are.
  var count: Int { places.count }

  /// The letters of a word.
  subscript(index: Int) -> ArraySlice<UInt8> { letters[places[index]] }

  /// The place in the list of the word that stands at a place in a text, in small letters or
  /// capitals; nil for no word of the list.
  func index(of place: Range<Int>, in text: borrowing SecureBytes) -> Int? {
    var range = places.indices
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      switch order(of: place, in: text, from: self[middle]) {
      case 0: return middle
      case 1...: range = middle + 1..<range.upperBound
      default: range = range.lowerBound..<middle
      }
    }
    return nil
  }

  /// Below zero where the text's word comes before the candidate, above where it comes after.
  private func order(
    of place: Range<Int>, in text: borrowing SecureBytes, from candidate: ArraySlice<UInt8>
  ) -> Int {
    for (place, letter) in zip(place, candidate) {
      let difference = Int(text[place].lowered) - Int(letter)
      if difference != 0 { return difference }
    }
    return place.count - candidate.count
  }
}
