/// Which rows are left out of which members of an automatic training.
struct FoldPlan: Sendable {
  /// The fold of each row, -1 for a row that is never left out: [rows]
  let folds: [Int]
  let count: Int

  /// Random folds of equal size, by class: every class is spread evenly over all of them.
  ///
  /// - Parameter count: 1 leaves out a share of the rows, ``AutomaticTuning/heldOut``, in a single fold.
  init<Element: Scalar>(_ targets: Targets<Element>, count: Int, seed: UInt64) {
    let rows = targets.rows
    var generator = RandomGenerator(seed: seed, stream: RandomStream.holdout)
    let order = generator.permutation(of: rows)
    var folds = [Int](repeating: -1, count: rows)
    self.count = count == 1 ? 1 : max(2, min(count, rows / 3))
    let parts = count == 1 ? Int((1 / AutomaticTuning.heldOut).rounded()) : self.count
    func fold(_ place: Int) -> Int { count == 1 && place % parts > 0 ? -1 : place % parts }
    switch targets {
    case .values: for (place, row) in order.enumerated() { folds[row] = fold(place) }
    case .classes(let labels, let classes):
      // One class goes on where the one before ended.
      var byClass = [[Int]](repeating: [], count: classes)
      for row in order { byClass[Int(labels[row])].append(row) }
      for (place, row) in byClass.joined().enumerated() { folds[row] = fold(place) }
    }
    self.folds = folds
  }

  /// Rows that the members of a fold learn.
  func training(_ fold: Int) -> [Int] { folds.indices.filter { folds[$0] != fold } }
  /// Rows that they do not.
  func heldOut(_ fold: Int) -> [Int] { folds.indices.filter { folds[$0] == fold } }
  /// Where each row stands among ``judged``, -1 for one that is not: [rows]
  var placesAmongJudged: [Int] {
    var places = [Int](repeating: -1, count: folds.count)
    for (place, row) in judged.enumerated() { places[row] = place }
    return places
  }
  /// Rows that some members do not learn.
  var judged: [Int] { folds.indices.filter { folds[$0] >= 0 } }
}
