/// How a network was trained; saved in the model file.
public struct TrainingRecord: Sendable, Equatable, Codable {
  /// ``TrainingMethod/name``, such as `adam`.
  public var optimizer: String
  /// The base learning rate: 1 where a line search decides, 0 for a method without one.
  public var learningRate: Double
  /// λ of the method.
  public var weightDecay: Double
  /// ``TrainingOptions/schedule``; constant for a method that ignores it.
  public var schedule: Schedule
  /// Rows of a step.
  public var batch: Int
  /// ``TrainingOptions/seed``
  public var seed: UInt64
  /// Rows trained on.
  public var samples: Int
  /// Epochs asked for; `history` has those done.
  public var epochs: Int
  /// ``TrainingOptions/patience``; nil without early stopping.
  public var patience: Int?
  /// Wall time of training.
  public var seconds: Double
  /// Threads of the pool.
  public var threads: Int
  /// Every epoch done, in order.
  public var history: [EpochRecord]
  /// Which of several grids was kept, and why.
  public var grid: GridChoice? = nil
  /// For each layer the training rows outside its grid, nil for a layer without one; see
  /// ``Network/noteRowsOutsideGrids(_:pool:)``.
  public var outside: [OutsideGridCounts?]? = nil
  /// The objective of the training; nil in older model files, which used the task's default.
  public var objective: ObjectiveDescription? = nil
  /// Where training diverged and went on at a smaller rate; nil if nowhere.
  public var recoveries: [Recovery]? = nil
  /// What an automatic training chose among; nil for any other.
  public var choice: Choice? = nil

  /// The kinds of models that an automatic training tried.
  public struct Choice: Sendable, Equatable, Codable {
    /// From simple to complex; those of weight 0 are not in the network.
    public var members: [Member]
    /// The mean loss of all together on rows left out; on the rows learned if there are no `folds`.
    public var loss: Double
    /// Folds that rows were left out in: 1 for a tenth of the rows, 0 for none.
    public var folds: Int

    /// A kind of model; see ``AutomaticFit/Member``.
    public struct Member: Sendable, Equatable, Codable {
      /// Its name, such as `additive`.
      public var name: String
      /// Its share of the network's output.
      public var weight: Double
      /// Its own mean loss on rows left out.
      public var loss: Double
      /// How many networks it is the mean of.
      public var networks: Int
      /// Units of their hidden layer; 0 without one.
      public var hidden: Int
    }

    /// A text of each part that is in the network: `additive, weight 0.61, loss 0.12`.
    package var partTexts: [String] {
      members.filter { $0.weight > 0 }.map { member in
        let networks = member.networks == 1 ? "" : "\(member.networks) networks "
        let units = member.hidden == 0 ? "" : " of \(member.hidden) unit\(member.hidden == 1 ? "" : "s")"
        return "\(networks)\(member.name)\(units), weight \(member.weight.text(digits: 2)), "
          + "loss \(member.loss.text(digits: 2))"
      }
    }
  }

  /// A return to the last good parameters; see ``DivergenceResponse/recover(times:)``.
  public struct Recovery: Sendable, Equatable, Codable {
    /// The epoch, from 1, that was begun again.
    public var epoch: Int
    /// What was not finite, in words.
    public var reason: String
    /// What the schedule's rates have been multiplied by since.
    public var rateFactor: Double
  }
}

/// One epoch of a training.
public struct EpochRecord: Sendable, Equatable, Codable {
  /// From 1.
  public var epoch: Int
  /// The mean loss of the epoch's batches, each before its step; with ``LBFGS`` the loss of all rows after its step.
  public var loss: Double
  /// On the validation data after the epoch.
  public var validationLoss: Double?
  /// The rate of the epoch's last step.
  public var learningRate: Double
  /// Wall time of the epoch.
  public var seconds: Double
  /// Intervals of the grid, where several were trained on in turn.
  public var grid: Int? = nil
}

/// The result of a training.
public struct TrainingHistory: Sendable, Equatable {
  /// Epochs done, those of an earlier, resumed training included.
  public var epochs: [EpochRecord]
  /// Wall time of this call.
  public var seconds: Double
  /// Rows per second, forward and backward.
  public var samplesPerSecond: Double
  /// Why the training ended.
  public var end: End
  /// The epoch whose parameters the network has.
  public var bestEpoch: Int
  /// Which of several grids was kept, and why.
  public var grid: GridChoice? = nil

  /// Why a training ended.
  public enum End: String, Sendable {
    /// As many epochs as asked for are done.
    case allEpochs
    /// ``TrainingOptions/patience`` epochs brought nothing better.
    case earlyStopping
    /// A progress report returned ``TrainingDecision/stop``.
    case stopped
    /// The Swift task that ran the training was cancelled.
    case cancelled
    /// A full-batch method converged.
    case converged
  }
}
