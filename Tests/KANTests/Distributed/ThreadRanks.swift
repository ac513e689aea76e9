import Foundation

@testable import KAN

/// Threads of this process as ranks.
enum ThreadRanks {
  /// Runs `body` on each of some ranks, and returns what they return, in their order.
  static func run<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (any Communicator) throws -> Result
  ) throws -> [Result] {
    let mail = Mail()
    let results = Results<Result>(count)
    let done = DispatchGroup()
    for rank in 0..<count {
      done.enter()
      let thread = Thread {
        results.set(rank, Swift.Result { try body(ThreadCommunicator(rank: rank, ranks: count, mail: mail)) })
        done.leave()
      }
      // That of a main thread: layers have temporary allocations on the stack.
      thread.stackSize = 8 << 20
      thread.start()
    }
    done.wait()
    return try results.all.map { try $0.get() }
  }
}

private final class Results<Value: Sendable>: @unchecked Sendable {  // Behind its lock.
  private let lock = NSLock()
  private var values: [Swift.Result<Value, any Error>?]

  init(_ count: Int) { values = Array(repeating: nil, count: count) }
  func set(_ place: Int, _ value: Swift.Result<Value, any Error>) { lock.withLock { values[place] = value } }
  var all: [Swift.Result<Value, any Error>] { lock.withLock { values.map { $0! } } }
}

/// Messages under way.
private final class Mail: @unchecked Sendable {  // Behind its condition.
  private let condition = NSCondition()
  private var messages: [[Int]: [[UInt8]]] = [:]

  func send(_ bytes: [UInt8], from: Int, to: Int) {
    condition.lock()
    messages[[from, to], default: []].append(bytes)
    condition.broadcast()
    condition.unlock()
  }

  func receive(from: Int, to: Int) -> [UInt8] {
    condition.lock()
    defer { condition.unlock() }
    while messages[[from, to], default: []].isEmpty { condition.wait() }
    return messages[[from, to]]!.removeFirst()
  }
}

private final class ThreadCommunicator: Communicator, @unchecked Sendable {  // For one thread.
  let rank, ranks: Int
  private let mail: Mail
  private(set) var traffic = Traffic()

  init(rank: Int, ranks: Int, mail: Mail) { (self.rank, self.ranks, self.mail) = (rank, ranks, mail) }

  func exchange(with partner: Int, sending: UnsafeRawBufferPointer, receiving: UnsafeMutableRawBufferPointer) {
    if !sending.isEmpty {
      traffic.messages += 1
      traffic.bytes += sending.count
      mail.send(Array(sending), from: rank, to: partner)
    }
    if !receiving.isEmpty {
      let bytes = mail.receive(from: partner, to: rank)
      precondition(bytes.count == receiving.count, "\(bytes.count) bytes for \(receiving.count)")
      receiving.copyBytes(from: bytes)
    }
  }

  func abort(_ message: String, code: Int32) -> Never { fatalError(message) }
}
