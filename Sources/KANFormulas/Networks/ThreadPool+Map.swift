import KANLinearAlgebra

extension ThreadPool {
  /// The results for some items, on all threads: each item's is its own, whatever the number of threads.
  func map<Item, Result>(_ items: [Item], _ body: (Item) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: items.count) { buffer, count in
      withoutActuallyEscaping(body) { body in
        run(items.count, ItemLoop(items: items, results: buffer.baseAddress, body: body))
      }
      count = items.count
    }
  }
}

/// One item's result after another.
private struct ItemLoop<Item, Result>: ParallelLoop {
  let items: [Item]
  let results: UnsafeMutablePointer<Result>?
  let body: (Item) -> Result

  func iterate(_ index: Int, worker: Int) { (results! + index).initialize(to: body(items[index])) }
}
