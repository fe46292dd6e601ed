// Where the programs are that were built together with this one.

public import Foundation

/// The folder that holds this program, and its neighbours there.
public enum Executables {
    /// The folder.
    public static let folder = URL(
        filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    ).deletingLastPathComponent()

    /// The path of a neighbour.
    ///
    /// - Throws: ``Missed`` that says how to build it.
    public static func path(of name: String) throws -> String {
        let path = folder.appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            let configuration = folder.lastPathComponent
            throw Missed(
                description: "\(path) is missing: swift build -c \(configuration) --product \(name)"
            )
        }
        return path
    }
}
