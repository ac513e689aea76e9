// The polar form (blossom) of a piece of a spline: the one function F(u₁, …, u_k), symmetric and affine in each argument,
// with F(x, …, x) = s(x). Coefficient j of a spline is F(tⱼ₊₁, …, tⱼ₊ₖ) of any of its pieces within the support of
// function j (Ramshaw 1989, Blossoms are polar forms, section 5), which is all of knot insertion.

/// Weights of the k + 1 coefficients `span - k … span` in F(u₁, …, u_k) of the piece on [t_span, t_span+1).
///
/// De Boor's recursion for the functions (Piegl and Tiller, The NURBS Book, A2.2) with another argument at each stage; with
/// all of them equal to x it gives the functions at x. The piece must not be empty; the arguments may lie anywhere.
func writePolarWeights(
  knots t: UnsafePointer<Double>, span: Int, degree: Int, at u: UnsafePointer<Double>,
  to weights: UnsafeMutablePointer<Double>
) {
  weights[0] = 1
  for stage in 1...degree {
    let x = u[stage - 1]
    var saved = 0.0
    for r in 0..<stage {
      let (left, right) = (t[span + 1 - stage + r], t[span + 1 + r])
      let part = weights[r] / (right - left)
      weights[r] = saved + (right - x) * part
      saved = (x - left) * part
    }
    weights[stage] = saved
  }
}

/// The last span of `first ..< last` that is not empty and does not start after x.
func findSpan(knots t: UnsafePointer<Double>, first: Int, last: Int, _ x: Double) -> Int {
  var (low, high) = (first, last)
  while high - low > 1 {
    let middle = (low + high) / 2
    if x < t[middle] { high = middle } else { low = middle }
  }
  while low > first && !(t[low] < t[low + 1]) { low -= 1 }
  // Only where all that starts before x is empty.
  while !(t[low] < t[low + 1]) && low + 1 < last { low += 1 }
  return low
}
