import KANLinearAlgebra

/// The results of `body` for all elements, computed on the threads of a pool, or on this one without a pool.
func parallelMap<Element: Sendable, Result: Sendable>(
  _ elements: [Element], pool: ThreadPool?, _ body: @Sendable (Element) -> Result
) -> [Result] {
  guard let pool, elements.count > 1 else { return elements.map(body) }
  return [Result](unsafeUninitializedCapacity: elements.count) { results, initialized in
    withoutActuallyEscaping(body) { body in
      pool.run(elements.count, MapLoop(elements: elements, body: body, results: results.baseAddress!))
    }
    initialized = elements.count
  }
}

private struct MapLoop<Element, Result>: ParallelLoop {
  let elements: [Element]
  let body: @Sendable (Element) -> Result
  let results: UnsafeMutablePointer<Result>

  func iterate(_ index: Int, worker: Int) { (results + index).initialize(to: body(elements[index])) }
}
