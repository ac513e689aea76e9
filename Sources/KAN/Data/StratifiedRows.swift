/// The rows of a source without those held out, or these alone, found by computing: no list of rows is in memory.
///
/// Rows are cut into strata of q neighbours, of which p are held out, drawn for each stratum by the seed; p/q is the
/// fraction nearest to the one asked for with q up to 64. The rows of the last stratum, if it is not whole, are kept.
package struct StratifiedRows<Element: Scalar>: RowSource {
  private let source: any RowSource<Element>
  /// q and p
  private let stratum, heldOut: Int
  private let seed: UInt64
  private let isHeldOut: Bool
  package let rows: Int

  package var inputColumns: Int { source.inputColumns }
  package var targetShape: TargetShape { source.targetShape }
  package var hasWeights: Bool { source.hasWeights }
  package var names: Names { source.names }

  fileprivate init(_ source: any RowSource<Element>, _ share: (p: Int, q: Int), seed: UInt64, isHeldOut: Bool) {
    self.source = source
    (heldOut, stratum) = share
    self.seed = seed
    self.isHeldOut = isHeldOut
    let whole = source.rows / stratum
    rows = isHeldOut ? whole * heldOut : source.rows - whole * heldOut
  }

  /// The places within a stratum that are held out, as bits.
  private func mask(_ index: Int) -> UInt64 {
    // SplitMix64, a number for each place: Floyd's sampling of p out of q (Bentley 1987, Communications of the ACM 30).
    var counter = seed ^ (UInt64(index) &* 0xD134_2543_DE82_EF95)
    var mask: UInt64 = 0
    for last in stratum - heldOut..<stratum {
      counter &+= 0x9E37_79B9_7F4A_7C15
      var z = counter
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      let place = Int((z ^ (z >> 31)).multipliedFullWidth(by: UInt64(last + 1)).high)
      mask |= mask >> UInt64(place) & 1 == 0 ? 1 << UInt64(place) : 1 << UInt64(last)
    }
    return mask
  }

  /// A row of the source.
  private func row(_ index: Int) -> Int {
    let size = isHeldOut ? heldOut : stratum - heldOut
    let (place, within) = index.quotientAndRemainder(dividingBy: size)
    if place >= source.rows / stratum { return index + source.rows / stratum * heldOut }
    var bits = isHeldOut ? mask(place) : ~mask(place)
    for _ in 0..<within { bits &= bits &- 1 }
    return place * stratum + bits.trailingZeroBitCount
  }

  package func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Element>) throws(RowSourceError) {
    // In parts of a size for which no memory has to be asked for.
    let most = 64
    for start in stride(from: 0, to: rows.count, by: most) {
      let count = min(most, rows.count - start)
      var failure: RowSourceError?
      withUnsafeTemporaryAllocation(of: Int.self, capacity: most) { indices in
        for place in 0..<count { indices.initializeElement(at: place, to: row(rows[start + place])) }
        do throws(RowSourceError) {
          try source.read(UnsafeBufferPointer(rebasing: indices[..<count]), into: batch.slice(start, rows: count))
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }

  package func willRead(_ rows: Range<Int>) {
    if rows.isEmpty { return }
    source.willRead(row(rows.lowerBound)..<row(rows.upperBound - 1) + 1)
  }
}

extension RowSource {
  /// Puts a fraction of the rows aside without a list of them; nil if there are too few rows for one on each side.
  package func holdingOutStrata(
    _ fraction: Double, seed: UInt64
  ) -> (training: StratifiedRows<Element>, test: StratifiedRows<Element>)? {
    require(fraction > 0 && fraction < 1, "StratifiedRows: a fraction of \(fraction) held out")
    // The smallest of the nearest fractions.
    let shares = (2...64).map { q in (p: min(q - 1, max(1, Int((fraction * Double(q)).rounded()))), q: q) }
    func distance(_ share: (p: Int, q: Int)) -> Double { abs(Double(share.p) / Double(share.q) - fraction) }
    let share = shares.min { distance($0) < distance($1) - 1e-12 }!
    if rows < share.q { return nil }
    return (
      StratifiedRows(self, share, seed: seed, isHeldOut: false),
      StratifiedRows(self, share, seed: seed, isHeldOut: true)
    )
  }
}
