/// A floating-point type that the engine computes in: `Float` or `Double`.
///
/// `Float` trains; `Double` is for refits, second-order training and gradient checks. The protocol is closed: other
/// conformances are not supported.
public protocol Scalar: BinaryFloatingPoint, BitwiseCopyable, LosslessStringConvertible, Codable, Sendable
where RawSignificand: FixedWidthInteger {
  /// CBLAS, LAPACKE and the kernels in C for this type.
  @_documentation(visibility: internal)
  associatedtype Kernels: ScalarKernels where Kernels.Element == Self
}

/// A layer's grids as the spline kernels read them; the pointers belong to the caller and must outlive the call.
public struct SplineParameters<Element: Scalar> {
  package var inputs: Int
  package var intervals: Int
  package var degree: Int
  package var functions: Int
  package var outside: Int32
  package var base: Int32
  package var isUniform: Bool
  /// a, b and G/(b - a): [inputs] each.
  package var lower, upper, inverseStep: UnsafePointer<Element>
  /// t: [inputs × (G + 2k + 1)]
  package var knots: UnsafePointer<Element>

  package init(
    inputs: Int, intervals: Int, degree: Int, functions: Int, outside: Int32, base: Int32, isUniform: Bool,
    lower: UnsafePointer<Element>, upper: UnsafePointer<Element>, inverseStep: UnsafePointer<Element>,
    knots: UnsafePointer<Element>
  ) {
    self.inputs = inputs
    self.intervals = intervals
    self.degree = degree
    self.functions = functions
    self.outside = outside
    self.base = base
    self.isUniform = isUniform
    self.lower = lower
    self.upper = upper
    self.inverseStep = inverseStep
    self.knots = knots
  }
}
