// What the tidy tests look at: the project's own text files, found from this file's place.

import Foundation

/// A text file of the project.
struct ProjectFile: CustomStringConvertible {
    /// From the project's root, as in `Sources/muster/Muster.swift`.
    let path: String
    let text: String

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var description: String { path }
}

/// The project as it lies on the disk.
enum ProjectTree {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "../..").standardized

    /// Whether there is a file or folder at a path from the root.
    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    static func file(_ path: String) throws -> ProjectFile {
        let url = root.appending(path: path)
        return ProjectFile(path: path, text: try String(contentsOf: url, encoding: .utf8))
    }

    /// Files below a folder, in the order of their paths. What is not text has no part in this.
    static func files(below folder: String) throws -> [ProjectFile] {
        let url = root.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: url.path)
            .filter { isFile(url.appending(path: $0)) }.sorted()
            .compactMap { try? file("\(folder)/\($0)") }
    }

    /// Everything that we wrote: the folders that belong here, and the files beside them.
    static func all() throws -> [ProjectFile] {
        let folders = ["Sources", "Tests", "config", "docker", ".ci"]
        let tops = ["README.md", "Package.swift", ".gitignore", ".swift-format", ".dockerignore"]
        return try tops.map(file) + folders.flatMap(files(below:))
    }

    private static func isFile(_ url: URL) -> Bool {
        (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
    }
}

extension StringProtocol {
    /// What the groups of a pattern hold, for each place where it matches; `.` also matches the
    /// end of a line.
    func matches(of pattern: String) throws -> [[String]] {
        let regex = try Regex(pattern).dotMatchesNewlines().anchorsMatchLineEndings()
        return String(self).matches(of: regex).map { match in
            match.output.map { String($0.substring ?? "") }
        }
    }
}
