import Foundation
import KAN
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Normal numbers: [rows × columns]
func randomRows(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Matrix<Double> {
  var generator = RandomGenerator(seed: seed)
  return Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in generator.normal() / 2 })
}

/// What an XML parser finds: elements by name, with attributes and the text directly in them.
struct ParsedPicture {
  struct Element {
    var name: String
    var attributes: [String: String]
    var text = ""
  }

  var elements: [Element] = []

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }
  var texts: [String] { all("text").map(\.text) }

  /// Stops the test if the text is not well-formed.
  init(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let reader = Reader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    let isFine = parser.parse()
    try #require(
      isFine, "\(String(describing: parser.parserError)), line \(parser.lineNumber)", sourceLocation: sourceLocation)
    elements = reader.elements
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    private var open: [Int] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String] = [:]
    ) {
      open.append(elements.count)
      elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if let last = open.last { elements[last].text += text }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      open.removeLast()
    }
  }
}

/// Names that XML, HTML and a narrow picture do not take as they are.
let oddNames = [
  "a<b>", "c & d", "\"quoted\" 'twice'", "größe 日本語 🙂", "bell\u{7}", String(repeating: "long ", count: 20),
]
