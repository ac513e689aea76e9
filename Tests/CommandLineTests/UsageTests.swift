import KANFiles
import Testing

/// Options that cannot be meant: code 64, before anything is read or written.
@Suite struct UsageTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write(regressionTable(), to: "r.csv")
  }

  private func expectUsage(_ arguments: [String], _ message: String, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let before = folder.names
    try folder.kan(arguments).failed(64, message, sourceLocation: sourceLocation)
    #expect(folder.names == before, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    (["--learning-rate", "-1"], "--learning-rate has to be positive"),
    (["--learning-rate", "nan"], "--learning-rate has to be positive"),
    (["--learning-rate", "inf"], "--learning-rate has to be positive"),
    (["--weight-decay", "-0.1"], "--weight-decay must not be negative"),
    (["--sparsity", "-1"], "--sparsity must not be negative"),
    (["--entropy", "nan"], "--entropy must not be negative"),
    (["--sparsity", "0.1", "--optimizer", "lm"], "--sparsity is not used by lm; lbfgs and adam take it"),
    (
      ["--sparsity", "0.1", "--auto", "fast"],
      "--auto fast chooses layers and training itself, --sparsity describes them"
    ),
    (["--epochs", "-3"], "--epochs must not be negative"),
    (["--epochs", "3.5"], "The value '3.5' is invalid for '--epochs <epochs>'"),
    (["--epochs", "99999999999999999999"], "The value '99999999999999999999' is invalid for '--epochs <epochs>'"),
    (["--grid", "0"], "--grid has to be 1 to 100000"),
    (["--grid", "-5"], "--grid has to be 1 to 100000"),
    (
      ["--monotone", "a=+", "--optimizer", "lm"],
      "--monotone is for --optimizer adam and sgd, whose steps can be kept in bounds"
    ),
    (
      ["--monotone", "a=+", "--init", "least-squares"],
      "--monotone and --init least-squares: least squares have no bounds"
    ),
    (["--monotone", "c=+"], "--monotone: r.csv has no input column \"c\""),
    (["--monotone", "a=+,a=-"], "--monotone has the column \"a\" twice"),
    (["--degree", "6"], "--degree has to be 1 to 5 for --edge spline"),
    (["--degree", "1001", "--edge", "chebyshev"], "--degree has to be 1 to 1000 for --edge chebyshev"),
    (["--holdout", "1.5"], "--holdout has to be between 0 and 1"),
    (["--holdout", "-0.2"], "--holdout has to be between 0 and 1"),
    (["--holdout", "0"], "--holdout has to be between 0 and 1"),
    (["--batch", "0"], "--batch has to be at least 1"),
    (["--batch", "-1"], "--batch has to be at least 1"),
    (["--patience", "0"], "--patience has to be at least 1"),
    (["--threads", "0"], "--threads has to be 1 to 1024"),
    (["--threads", "-2"], "--threads has to be 1 to 1024"),
    (
      ["--seed", "-1"],
      "The value '-1' is invalid for '--seed <seed>': a whole number from 0 to 18446744073709551615 is expected"
    ),
    (["--resume"], "--resume needs --save, which names the model to go on with"),
    (["--test-target", "y.npy"], "--test-target needs --test"),
    (["--test", "r.csv", "--holdout", "0.2"], "either --test or --holdout, not both"),
    (["--test", "r.csv", "--test-target", "y.npy"], "r.csv: a table has its targets in it and takes no --test-target"),
    (["--task", "classification", "--target", "a,b"], "a classification has one --target, its classes"),
    (["--save", "r.csv"], "--save would overwrite r.csv, which is an input"),
    (["--log", "r.csv"], "--log would overwrite r.csv, which is an input"),
    (["--log", "m", "--save", "m"], "--save and --log name the same file"),
    (["--save", "./r.csv"], "--save ./r.csv is r.csv, which is an input"),
    (["--log", "./m", "--save", "m"], "--save and --log name the same file"),
    (["--checkpoint-every", "0", "--save", "m"], "--checkpoint-every has to be positive"),
    (["--checkpoint-every", "5"], "--checkpoint-every needs --save"),
    (["--foo\u{7}"], "Unknown option '--foo\\u{7}'. Did you mean '--loss'?"),
    (
      ["--edge", "wave"],
      "The value 'wave' is invalid for '--edge <edge>'. Please provide one of the following:   - spline   - linear   - chebyshev   - gaussian   - fourier   - hat"
    ),
    (["--epochs"], "Missing value for '--epochs <epochs>'"),
    (["--extend", "5,10", "--grid", "10"], "--grid 10 is not the first of --extend 5,10"),
    (["--extend", "5,10", "--edge", "linear"], "--extend is for --edge spline, hat: others have no grid to refine"),
    (
      ["--optimizer", "lm", "--task", "classification"],
      "--optimizer lm is for regressions; lbfgs and adam do classifications"
    ),
    (["--optimizer", "lm", "--learning-rate", "0.1"], "--learning-rate and --weight-decay are not used by lm"),
    (["--optimizer", "lm", "--weight-decay", "0.1"], "--learning-rate and --weight-decay are not used by lm"),
  ])
  func train(options: [String], message: String) throws {
    try expectUsage(["train", "r.csv"] + options, message)
  }

  @Test(arguments: ["4,,4", "", "a", "0", "-1", "4, 4", "2000000", "3+", "+2", "3+0", "0+0", "1+1+1", "3+-1"])
  func hidden(text: String) throws {
    try expectUsage(
      ["train", "r.csv", "--hidden", text],
      "The value '\(text)' is invalid for '--hidden <hidden>': "
        + "widths from 1 to 1000000 separated by commas are expected, such as 64,32, or 3+2 for three sums and two "
        + "products")
  }

  @Test(arguments: ["10,5", "5,5", "0,5", "", "5,", "a", "-5", "5,200000"])
  func extend(text: String) throws {
    try expectUsage(
      ["train", "r.csv", "--extend", text],
      "The value '\(text)' is invalid for '--extend <extend>': "
        + "grids from 1 to 100000 in rising order, separated by commas, are expected, such as 5,10,20")
  }

  @Test(arguments: ["", "y,", ",", "a,,y"])
  func target(text: String) throws {
    try expectUsage(
      ["train", "r.csv", "--target", text],
      "The value '\(text)' is invalid for '--target <target>': "
        + "names separated by commas are expected, such as price,size")
  }

  @Test(arguments: ["1000000,1000000", "1000000,1000000,1000000,1000000", "200000,200000"])
  func tooLarge(hidden: String) throws {
    let outcome = try folder.kan("train", "r.csv", "--hidden", hidden, "--save", "m.safetensors")
    #expect(outcome.status == 64)
    let widths = "2-\(hidden.split(separator: ",").joined(separator: "-"))-1"
    #expect(outcome.errors.hasPrefix("error: a network \(widths) takes about "))
    #expect(outcome.errors.contains(" GB of memory to train, and there are "))
    #expect(folder.names == ["r.csv"])
  }

  @Test func arraysNeedTargets() throws {
    try folder.writeArrays()
    try folder.writeArrays(names: ("u.npy", "v.npy"))
    let needed = "an array needs its targets in a second one:"
    try expectUsage(["train", "x.npy"], "x.npy: \(needed) --target FILE.npy")
    try expectUsage(["train", "x.npy", "--target", "y"], "x.npy: \(needed) --target FILE.npy")
    try expectUsage(
      ["train", "x.npy", "--target", "y.npy", "--test", "u.npy"], "u.npy: \(needed) --test-target FILE.npy")
    try folder.kan("train", "none.npy").failed(66, "none.npy: no such file")
    let options = ["--test", "u.npy", "--test-target", "v.npy", "--save", "m.safetensors", "--json"]
    let trained = try folder.kan(["train", "x.npy", "--target", "y.npy"] + options).succeeded().json()
    let test = try #require(trained["test"] as? [String: Double])
    #expect(test["samples"] == 120)
    try expectUsage(["evaluate", "m.safetensors", "u.npy"], "u.npy: \(needed) --target FILE.npy")
    let judged = try folder.kan("evaluate", "m.safetensors", "u.npy", "--target", "v.npy", "--json").succeeded()
    #expect(try judged.metrics() == test)
  }

  @Test func imagesHaveTargets() throws {
    try folder.writeImages()
    try expectUsage(
      ["train", "images", "--target", "label"], "images: a folder of images has labels of its own and takes no --target"
    )
  }

  @Test(arguments: [
    (["foo"], "Unexpected argument 'foo'"), (["train"], "Missing expected argument '<data>'"),
    (["evaluate", "m"], "Missing expected argument '<data>'"), (["predict"], "Missing expected argument '<model>'"),
    (["inspect", "m", "n"], "Unexpected argument 'n'"), (["demo", "--epochs", "0"], "--epochs has to be 1 to 1000"),
    (["demo", "--epochs", "-1"], "--epochs has to be 1 to 1000"),
  ])
  func commands(arguments: [String], message: String) throws {
    try expectUsage(arguments, message)
  }

  @Test func outputsThatCannotBeMade() throws {
    let place = "there is no folder no"
    for (option, name) in [("--save", "no/m.safetensors")] {
      try folder.kan("train", "r.csv", option, name).failed(73, "\(name): \(place)")
    }
    try folder.kan("train", "r.csv", "--save", ".").failed(73, ".: a folder of that name exists")
    try folder.kan("train", "r.csv", "--log", "no/l").failed(
      73, "no/l: cannot create the file: No such file or directory")
    try folder.writeModel()
    try folder.kan("predict", "m.safetensors", "r.csv", "--out", "no/p.csv").failed(73, "no/p.csv: \(place)")
    try folder.kan("predict", "m.safetensors", "r.csv", "--out", "r.csv")
      .failed(64, "--out would overwrite r.csv, which is an input")
    try folder.kan("demo", "--out", "r.csv/x").failed(73, "r.csv/x: the folder cannot be made")
    #expect(folder.names == ["r.csv", "m.safetensors"])
  }
}
