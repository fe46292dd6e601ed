// Running the command line as users do.

import Foundation
import Testing

/// The executable that is built with the tests.
enum Executable {
    /// Runs it without colours and without input, until it ends.
    ///
    /// With a text it gets SIGTERM once it has said that.
    ///
    /// - Returns: what it printed, with errors in their place if that is wanted, and its status.
    static func run(
        _ arguments: [String],
        in folder: URL,
        withErrors: Bool = true,
        terminatedWhenItSays text: String? = nil
    ) throws -> (output: String, status: Int32) {
        let executable: URL = try #require(Self.found)
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ["LC_ALL": "C", "NO_COLOR": "1"]
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = withErrors ? pipe : FileHandle.nullDevice
        try process.run()
        var output = Data()
        if let text {
            while !String(decoding: output, as: UTF8.self).contains(text) {
                let more = pipe.fileHandleForReading.availableData
                if more.isEmpty { break }
                output += more
            }
            process.terminate()
        }
        output += pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: output, as: UTF8.self), process.terminationStatus)
    }

    /// Where it is; `nil` where it is not found.
    private static var found: URL? {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        let folders = [
            bundle.map { URL(filePath: $0).deletingLastPathComponent() },
            URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent(),
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: ".build/debug"),
        ]
        return folders.compactMap { $0?.appending(path: "muster") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}
