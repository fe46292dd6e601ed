// A run as data: what kind of world, and what happens in it. It says the same again whenever it is
// carried out, whatever the script has become meanwhile.

/// The actions of a run, in order.
public struct Trace: Sendable {
    let shape: World.Shape
    var actions: [Action]

    /// How many actions it has.
    public var count: Int { actions.count }

    /// Carries the actions out, then ends the faults and waits for rest.
    ///
    /// - Returns: what a check has found; `nil` when everything held.
    public func run(mutation: Mutation? = nil) -> Violation? {
        let world = World(shape, mutation: mutation)
        do throws(Violation) {
            for action in actions { try world.apply(action) }
            try world.settle()
            return nil
        } catch {
            return error
        }
    }

    // MARK: Text

    /// Why a text is not a trace.
    public struct ReadingError: Error, Hashable, Sendable, CustomStringConvertible {
        /// The line, from 1.
        public let line: Int
        /// What it says.
        public let text: String

        /// Makes an error from its parts.
        public init(line: Int, text: String) {
            self.line = line
            self.text = text
        }

        /// Where, and what would be right.
        public var description: String {
            "line \(line) of the trace says `\(text)`, which is neither an action nor the shape of "
                + "a world"
        }
    }

    /// Reads a trace: the shape of the world, then an action a line. Empty lines and lines that
    /// begin with `#` are passed over.
    ///
    /// - Throws: ``ReadingError`` at the first line that is neither.
    public init(_ text: String) throws(ReadingError) {
        var shape = World.Shape()
        var actions: [Action] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let line = line.drop { $0 == " " }
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("world "), let read = World.Shape(line: line) {
                shape = read
            } else if let action = Action(line: line) {
                actions.append(action)
            } else {
                throw ReadingError(line: index + 1, text: String(line))
            }
        }
        self.init(shape: shape, actions: actions)
    }

    init(shape: World.Shape, actions: [Action]) {
        self.shape = shape
        self.actions = actions
    }

    /// The trace as a text.
    public var text: String {
        ([shape.line] + actions.map(\.line)).joined(separator: "\n") + "\n"
    }

    /// The trace as a test.
    public func test(named name: String) -> String {
        let lines = text.split(separator: "\n").map { "            \($0)" }
        return """
            @Test("\(name)")
            func found() throws {
                let trace = try Trace(
                    #\"""
            \(lines.joined(separator: "\n"))
                        \"""#
                )
                #expect(trace.run() == nil)
            }
            """
    }
}

extension World.Shape {
    private static var fields: [(name: String, path: WritableKeyPath<World.Shape, Int>)] {
        [
            ("domains", \.domains), ("partitions", \.partitions), ("workers", \.workers),
            ("machines", \.machines), ("timeout", \.timeout), ("attempts", \.attempts),
            ("quarantine", \.quarantine), ("flights", \.flights), ("interval", \.interval),
        ]
    }

    /// The shape as a line.
    var line: String {
        "world " + Self.fields.map { "\($0.name)=\(self[keyPath: $0.path])" }.joined(separator: " ")
    }

    /// Reads a line; what it does not say is as usual.
    init?(line: some StringProtocol) {
        self.init()
        for word in line.split(separator: " ").dropFirst() {
            let parts = word.split(separator: "=")
            guard parts.count == 2, let value = Int(parts[1]), 1...1000 ~= value,
                let field = Self.fields.first(where: { $0.name == parts[0] })
            else { return nil }
            self[keyPath: field.path] = value
        }
        guard machines <= 32 else { return nil }
    }
}
