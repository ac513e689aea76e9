private import CKANKernels

/// The layout of a sparse row of a Jacobian: runs of neighbouring parameters, which begin elsewhere in each row, and
/// derivatives by parameters that are the same in all rows.
package struct SparseRowShape {
  /// The first derivative of each run within a row, and how many it has.
  package let places, lengths: [Int32]
  /// Derivatives of a row.
  package let width: Int
  /// The common derivatives within a row.
  package let common: Range<Int>

  package init(places: [Int32], lengths: [Int32], width: Int, common: Range<Int>) {
    require(places.count == lengths.count, "SparseRowShape: \(places.count) places of \(lengths.count) runs")
    self.places = places
    self.lengths = lengths
    self.width = width
    self.common = common
  }
}

private let kernels = kan_kernels_for_d(kan_best_instruction_set()).pointee

/// Adds JᵀJ and Jᵀr of sparse rows of J, as far as one run's parameters are concerned.
///
///     H[sᵢ + a, sⱼ + b] += J[sᵢ + a]·J[sⱼ + b]     j ≤ i = run
///     S[sᵢ + a, c] += J[sᵢ + a]·J[c]               c common
///     g[sᵢ + a] += J[sᵢ + a]·r
///
/// Runs write disjoint rows of H, S and g if they begin within disjoint ranges of parameters.
///
/// - Parameters:
///   - starts: the first parameter of each run: [rows × runs]
///   - values: [rows × width]
///   - h: [parameters × parameters]; above the diagonal only the square of the run itself is written.
///   - side: S: [parameters × common]
///   - gradient: g: [parameters]
package func addOuterProducts(
  _ shape: SparseRowShape, run: Int, rows: Int, starts: UnsafePointer<Int32>, values: UnsafePointer<Double>,
  residuals: UnsafePointer<Double>, to h: UnsafeMutablePointer<Double>, stride: Int,
  side: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
) {
  shape.places.withUnsafeBufferPointer { places in
    shape.lengths.withUnsafeBufferPointer { lengths in
      var layout = kan_sparse_rows_d(
        runs: Int64(places.count), places: places.baseAddress, lengths: lengths.baseAddress, width: Int64(shape.width),
        common: Int64(shape.common.count), common_place: Int64(shape.common.lowerBound))
      kernels.outer_products(
        &layout, Int64(run), Int64(rows), starts, values, residuals, h, Int64(stride), side,
        Int64(shape.common.count), gradient)
    }
  }
}
