/// What a model is exported to, by the ending of a file.
public enum ExportFormat: String, Sendable, CaseIterable {
  /// A graph for onnxruntime and others, opset 17.
  case onnx
  /// A C99 source without allocation and with no header but `math.h`.
  case c
  /// A Swift source without dependencies.
  case swift
  /// A Python module on numpy alone.
  case python = "py"
}

extension ExportPlan {
  /// The contents of the file.
  public func encoded(as format: ExportFormat) -> [UInt8] {
    switch format {
    case .c: Array(cSource().utf8)
    case .swift: Array(swiftSource().utf8)
    case .python: Array(pythonSource().utf8)
    case .onnx: onnx()
    }
  }
}
