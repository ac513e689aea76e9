/// Stops the program with a message unless shapes fit: a mistake in the caller's code.
///
/// Unlike `precondition`, it prints the message in optimised builds too.
@inline(__always)
package func requireShape(
  _ fits: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  if !fits { fatalError(message(), file: file, line: line) }
}
