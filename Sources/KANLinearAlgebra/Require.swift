/// Stops the program with a message if the caller broke a precondition, such as matching shapes.
///
/// `precondition` prints its message in unoptimised builds only.
@inline(__always)
package func require(
  _ holds: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  if !holds { fatalError(message(), file: file, line: line) }
}
