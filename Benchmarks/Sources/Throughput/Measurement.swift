import CPeak
import KAN
import KANBenchmarking

/// Times in milliseconds.
struct Sample {
  private(set) var times: [Double] = []

  var median: Double { quantile(0.5) }
  /// The middle half of the times.
  var quartiles: [Double] { [quantile(0.25), quantile(0.75)] }

  /// Runs `body` for about `seconds`, and at least three times.
  mutating func add(for seconds: Double, _ body: () -> Void) {
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0
    repeat {
      let time = clock.measure(body)
      times.append(time.milliseconds)
      count += 1
    } while count < 3 || start.duration(to: clock.now).milliseconds < 1000 * seconds
  }

  func quantile(_ fraction: Double) -> Double {
    let sorted = times.sorted()
    guard !sorted.isEmpty else { return .nan }
    let place = fraction * Double(sorted.count - 1)
    let low = Int(place)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
  }
}

extension Duration {
  var milliseconds: Double {
    let (seconds, attoseconds) = components
    return 1e3 * Double(seconds) + 1e-15 * Double(attoseconds)
  }
}

/// How long and how often is measured.
struct Effort {
  var rounds: Int
  /// Of one network's turn in one round, forward and step each.
  var secondsPerTurn: Double
}

/// The highest rate of fused multiply-adds seen so far, in GFLOP/s, by number of threads.
struct Peaks {
  private var highest: [Int: Double] = [:]

  mutating func measure(threads: Int) {
    for _ in 0..<3 { highest[threads] = max(highest[threads] ?? 0, kan_peak_gigaflops(Int32(threads), 0.01)) }
  }

  subscript(threads: Int) -> Double { highest[threads] ?? .nan }
}

/// The networks' times: the networks take turns, round after round, so that what else happens on the machine meets
/// them alike. A first round, which is not counted, warms up. The peak is measured between them.
func measure(
  _ networks: [TimedNetwork], _ effort: Effort, peaks: inout Peaks
) -> [(forward: Sample, step: Sample)] {
  for network in networks {
    for _ in 0..<2 { network.runStep() }
  }
  var samples = networks.map { _ in (forward: Sample(), step: Sample()) }
  for _ in 0..<effort.rounds {
    for (index, network) in networks.enumerated() {
      samples[index].forward.add(for: effort.secondsPerTurn) { network.runForward() }
      samples[index].step.add(for: effort.secondsPerTurn) { network.runStep() }
      peaks.measure(threads: network.threads)
    }
  }
  return samples
}
