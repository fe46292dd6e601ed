// CP-SAT, the public solver to compare with, driven by the script beside this file.

internal import Foundation
internal import MusterSolver
internal import MusterTestKit

/// What CP-SAT made of a problem.
struct OracleAnswer: Decodable {
    var objectives: [Int]?
    var infeasible: Bool?
    var proven: Bool
    var seconds: Double
}

/// Runs CP-SAT in a process of its own, with Python packages in a folder below `.build`.
struct PythonOracle {
    /// How the script is to model a problem.
    enum Mode: String {
        /// Equal variables joined.
        case joined = "class"
        /// One variable for each resource.
        case plain
        /// Joined, with the present states as a hint.
        case hint
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let folder: URL
    private let python: String
    private let script: String
    /// The most seconds for one of CP-SAT's solves.
    let limit: Double

    /// Finds a Python with OR-Tools, or makes one below `.build`.
    init(limit: Double) throws {
        self.limit = limit
        script =
            URL(filePath: #filePath).deletingLastPathComponent().appending(path: "cpsat.py").path
        folder = URL(filePath: FileManager.default.currentDirectoryPath)
            .appending(path: ".build/versus-cpsat")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let own = folder.appending(path: "venv/bin/python").path
        let check = ["-c", "import ortools"]
        if try Self.run("/usr/bin/env", ["python3"] + check).status == 0 {
            python = "python3"
            return
        }
        let isThere = FileManager.default.fileExists(atPath: own)
        if try !isThere || Self.run(own, check).status != 0 {
            say("installing OR-Tools below \(folder.path)")
            let venv = folder.appending(path: "venv").path
            let made = try Self.run("/usr/bin/env", ["python3", "-m", "venv", venv])
            guard made.status == 0 else {
                throw Failure(description: "python3 -m venv failed: install python3-venv")
            }
            let pip = try Self.run(own, ["-m", "pip", "install", "--quiet", "ortools"])
            guard pip.status == 0 else { throw Failure(description: "pip install ortools failed") }
        }
        python = own
    }

    /// CP-SAT's answers to problems, in their order.
    func solve(_ problems: [(problem: Problem, mode: Mode)]) throws -> [OracleAnswer] {
        var arguments: [String] = [script, String(limit)]
        for (index, entry) in problems.enumerated() {
            let file = folder.appending(path: "problem-\(index).txt")
            try Data(entry.problem.text.utf8).write(to: file)
            arguments.append(file.path + ":" + entry.mode.rawValue)
        }
        let isPath = python.hasPrefix("/")
        let result = try Self.run(
            isPath ? python : "/usr/bin/env",
            isPath ? arguments : [python] + arguments
        )
        guard result.status == 0 else { throw Failure(description: "cpsat.py failed") }
        return try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(OracleAnswer.self, from: Data($0.utf8))
        }
    }

    private static func run(
        _ path: String,
        _ arguments: [String]
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
