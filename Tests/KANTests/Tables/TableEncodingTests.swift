import Testing

@testable import KAN

@Suite struct TableEncodingTests {
  private let day = 86400.0

  private func table() -> Table {
    Table([
      .init(name: "size", cells: .numbers([1, 2, .nan, 4, 5, 6])),
      .init(name: "same", cells: .numbers([3, 3, 3, 3, 3, 3])),
      .init(name: "id", cells: .texts(codes: [0, 1, 2, 3, 4, 5], levels: ["a", "b", "c", "d", "e", "f"])),
      .init(name: "row", cells: .numbers([1, 2, 3, 4, 5, 6])),
      .init(name: "town", cells: .texts(codes: [0, 0, 0, 1, -1, 2], levels: ["Ulm", "Bern", "Rom"])),
      .init(name: "new", cells: .texts(codes: [0, 1, 1, 0, -1, 1], levels: ["no", "yes"])),
      .init(name: "price", cells: .numbers([10, 20, 30, .nan, 50, 60])),
    ])
  }

  @Test func choosesByTheCells() throws {
    let encoding = try TableEncoding(table())
    #expect(encoding.inputs.map(\.name) == ["size", "size missing", "town", "new", "new missing"])
    #expect(encoding.targets.map(\.column) == ["price"])
    #expect(encoding.notes.count == 3)
    #expect(encoding.notes[0] == "column \"same\" is left out: it is the same in every row")
    #expect(encoding.notes[1].contains("no text is there twice"))
    #expect(encoding.notes[2].contains("it counts the rows"))
    guard case .levels(let levels, let gap) = encoding.inputs[2].kind else {
      Issue.record("town is no category")
      return
    }
    #expect(levels == ["Ulm"])
    #expect(gap == 2)
  }

  @Test func encodesRowsThatHaveTargets() throws {
    let encoding = try TableEncoding(table())
    let encoded: EncodedTable<Double> = try encoding.encode(table())
    #expect(encoded.rows == [0, 1, 2, 4, 5])
    let x = encoded.data.inputs
    #expect(x.row(0) == [1, 0, 1, 0, 0])
    // The median of size for the gap; Bern and Rom, with a row each, are what an unknown town is.
    #expect(x.row(2) == [4, 1, 1, 1, 0])
    #expect(x.row(3) == [5, 0, 2, 1, 1])
    #expect(x.row(4) == [6, 0, 0, 1, 0])
    #expect(encoded.unknown == ["town": 2])
    #expect(encoded.data.targets == .values(Matrix(rows: 5, columns: 1, elements: [10, 20, 30, 50, 60])))
  }

  @Test func levelsAsIndicators() throws {
    let encoding = try TableEncoding(table()).withIndicators
    #expect(encoding.inputs.map(\.name) == ["size", "size missing", "town=Ulm", "town missing", "new", "new missing"])
    let encoded: EncodedTable<Float> = try encoding.encode(table())
    #expect(encoded.data.inputs.row(0) == [1, 0, 1, 0, 0, 0])
    #expect(encoded.data.inputs.row(3) == [5, 0, 0, 1, 1, 1])
  }

  @Test func namedColumnsStay() throws {
    let encoding = try TableEncoding(
      table(), columns: TableColumns(targets: ["price"], inputs: ["row", "size"], categorical: ["row"]))
    #expect(encoding.inputs.map(\.column) == ["size", "size"])
    #expect(encoding.notes.count == 1)
  }

  /// Parts of times against those of Python's datetime (2024-02-29T18:30 is a Thursday, day 60 of its year).
  @Test(
    arguments: [
      [1_709_231_400, 18.5, 3, 60], [0, 0, 3, 1], [-26_438_400, 0, 5, 60], [951_827_696, 12.582222222222222, 1, 60],
      [4_107_542_399, 23.999722222222222, 6, 59], [4_107_542_400, 0, 0, 60],
    ] as [[Double]])
  func partsOfTimes(_ time: [Double]) {
    let (seconds, hour, weekday, yearday) = (time[0], time[1], time[2], time[3])
    #expect(abs(TableEncoding.TimePart.hour.value(of: seconds, start: 0) - hour) < 1e-9)
    #expect(TableEncoding.TimePart.weekday.value(of: seconds, start: 0) == weekday)
    #expect(TableEncoding.TimePart.yearday.value(of: seconds, start: 0) == yearday)
    #expect(TableEncoding.TimePart.days.value(of: seconds, start: seconds - 3 * day) == 3)
  }

  @Test func timesHavePartsWhereTheyVary() throws {
    let rows = 2000
    let times = (0..<rows).map { Double($0) * day }
    let y = (0..<rows).map { Double($0 % 7) }
    let table = Table([.init(name: "when", cells: .times(times)), .init(name: "y", cells: .numbers(y))])
    #expect(try TableEncoding(table).inputs.map(\.name) == ["when", "when weekday", "when yearday"])
    let week = table.selecting(rows: 0..<7)
    #expect(try TableEncoding(week).inputs.map(\.name) == ["when"])
  }

  @Test func shiftsWhatSinglePrecisionCannotHold() throws {
    let x = (0..<100).map { 1.7e9 + Double($0) / 100 }
    let table = Table([
      .init(name: "x", cells: .numbers(x)), .init(name: "y", cells: .numbers(x.map { 1e8 + ($0 - 1.7e9) })),
    ])
    let encoding = try TableEncoding(table)
    #expect(!encoding.isPlain)
    let encoded: EncodedTable<Float> = try encoding.encode(table)
    for row in 0..<100 {
      #expect(abs(encoded.data.inputs[row, 0] - encoded.data.inputs[0, 0] - Float(row) / 100) < 1e-5)
    }
    guard case .values(let targets) = encoded.data.targets else { return }
    var restored = Matrix<Double>(rows: 100, columns: 1, elements: targets.elements.map { Double($0) })
    encoding.restoreTargets(&restored)
    for row in 0..<100 { #expect(abs(restored[row, 0] - 1e8 - Double(row) / 100) < 1e-6) }
  }

  @Test func equalNumbersAreOneClass() throws {
    let table = Table([
      .init(name: "x", cells: .numbers([1, 2, 4, 3])), .init(name: "grade", cells: .numbers([3, 3.0, 1, 1])),
    ])
    let encoding = try TableEncoding(table, columns: TableColumns(task: .classification))
    #expect(encoding.classes == ["1", "3"])
    let text = Table([
      .init(name: "x", cells: .numbers([1])), .init(name: "grade", cells: .texts(codes: [0], levels: ["3.0"])),
    ])
    let encoded: EncodedTable<Float> = try encoding.encode(text)
    #expect(encoded.data.targets == .classes([1], count: 2))
  }

  @Test func saysWhatIsWrong() throws {
    func message(_ columns: TableColumns, _ table: Table) -> String {
      do {
        let encoding = try TableEncoding(table, columns: columns)
        let _: EncodedTable<Float> = try encoding.encode(table)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(message(TableColumns(targets: ["cost"]), table()) == "there is no column \"cost\"")
    #expect(message(TableColumns(targets: ["price", "price"]), table()).contains("twice"))
    #expect(message(TableColumns(targets: ["town"], task: .regression), table()).contains("no numbers"))
    #expect(message(TableColumns(targets: ["id"]), table()).contains("names or measurements"))
    #expect(message(TableColumns(targets: ["price"], inputs: ["same"]), table()).contains("no column from which"))
    #expect(message(TableColumns(inputs: ["price"]), table()).contains("input and target"))
    let encoding = try TableEncoding(table())
    let other = Table([.init(name: "size", cells: .texts(codes: [0], levels: ["big"]))])
    #expect(throws: TableError("column \"size\" holds texts, but the model has learned it as numbers")) {
      var unknown: [String: Int] = [:]
      _ = try encoding.inputs(of: other, as: Float.self, unknown: &unknown)
    }
  }

  @Test func columnsThatSpanMagnitudes() throws {
    let x = (0..<200).map { Elementary.pow(10, Double($0 % 40) / 3 - 6) }
    let table = Table([
      .init(name: "x", cells: .numbers(x)), .init(name: "y", cells: .numbers(x.map { Elementary.log($0) })),
    ])
    let encoding = try TableEncoding(table)
    guard case .magnitude(let center, let unit, _) = encoding.inputs[0].kind else {
      Issue.record("not seen")
      return
    }
    let encoded: EncodedTable<Double> = try encoding.encode(table)
    for row in 0..<200 {
      let z = (x[row] - center) / unit
      // sinh undoes it.
      let found = encoded.data.inputs[row, 0]
      let back = (Elementary.exp(found) - Elementary.exp(-found)) / 2
      #expect(abs(back - z) <= 1e-9 * max(1, abs(z)))
    }
    var unknown: [String: Int] = [:]
    let far = Table([.init(name: "x", cells: .numbers([1e300, -1.7e308, .nan]))])
    let inputs: Matrix<Float> = try encoding.inputs(of: far, unknown: &unknown)
    #expect(inputs.elements.allSatisfy { $0.isFinite })
  }

  @Test func numbersAreNoTimes() throws {
    let table = Table([
      .init(name: "t", cells: .times([0, 86400, 3 * 86400])), .init(name: "y", cells: .numbers([1, 2, 3])),
    ])
    let encoding = try TableEncoding(table)
    var unknown: [String: Int] = [:]
    #expect(throws: TableError.self) {
      _ = try encoding.inputs(
        of: Table([.init(name: "t", cells: .numbers([20_200_101]))]), as: Float.self, unknown: &unknown)
    }
  }
}
