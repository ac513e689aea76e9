/// Notes of which many say the same of different columns: the first two of them, and how many more there are.
///
/// Notes say the same if they differ in quoted names and in numbers alone.
func collapsed(_ notes: [String]) -> [String] {
  var counts: [String: Int] = [:]
  for note in notes { counts[pattern(note), default: 0] += 1 }
  var shown: [String: Int] = [:]
  var result: [String] = []
  for note in notes {
    let pattern = pattern(note)
    let (count, place) = (counts[pattern]!, shown[pattern, default: 0])
    shown[pattern] = place + 1
    // One more would be as long as saying so.
    if count <= 3 || place < 2 { result.append(note) }
    if count > 3 && place == 2 { result.append("the same of \(count - 2) other columns") }
  }
  return result
}

/// A note without what stands in quotation marks, and without numbers.
private func pattern(_ note: String) -> String {
  var result = ""
  var isQuoted = false
  for character in note {
    if character == "\"" { isQuoted.toggle() }
    if !isQuoted && !character.isNumber { result.append(character) }
  }
  // One cell, or several.
  return result.replacing("cells", with: "cell").replacing("texts", with: "text")
}
