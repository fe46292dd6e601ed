// Folders of documents: what `plan`, `check`, `run` and `test` walk over.

import Foundation
import MusterPolicy

/// The files at a path.
enum FileTree {
    /// Which files of a folder are meant.
    enum Kind {
        /// Policies and settings: `.yaml`, `.yml` or `.json`.
        case documents
        /// Tests of policies: the same with `.test` before.
        case tests

        private var endings: [String] { [".yaml", ".yml", ".json"] }

        func includes(_ name: some StringProtocol) -> Bool {
            switch self {
            case .documents: endings.contains { name.hasSuffix($0) } && !name.contains(".test.")
            case .tests: endings.contains { name.hasSuffix(".test" + $0) }
            }
        }
    }

    /// A name beside a path at which there is nothing that may have been meant; `nil` where there
    /// is none.
    static func nearest(to path: String) -> String? {
        var path = Substring(path)
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let prefix = String(path.dropLast(name.count))
        let folder = prefix.isEmpty ? "." : prefix
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let visible = names.filter { !$0.hasPrefix(".") }.sorted()
        return Spelling.nearest(to: name, among: visible).map { prefix + $0 }
    }

    /// The file itself, or the files of a kind below a folder in order of path; those with a dot in
    /// front are passed over.
    ///
    /// - Returns: `nil` when there is nothing at the path.
    static func files(at path: String, _ kind: Kind) -> [String]? {
        guard
            let values = try? URL(fileURLWithPath: path).resourceValues(forKeys: [.isDirectoryKey])
        else { return nil }
        guard values.isDirectory == true else { return [path] }
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
        let found = names.filter { name in
            !name.split(separator: "/").contains { $0.hasPrefix(".") }
                && kind.includes(name.split(separator: "/").last ?? "")
        }
        return found.sorted().map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
    }
}
