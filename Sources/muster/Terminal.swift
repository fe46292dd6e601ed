// Text for people: colour only on a terminal, and never where `NO_COLOR` asks for none.

import Foundation

/// One of the two streams that people read.
struct Terminal: Sendable {
    /// How a piece of text stands out.
    enum Style: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    static let output = Terminal(FileHandle.standardOutput)
    static let error = Terminal(FileHandle.standardError)

    private let handle: FileHandle
    /// Whether the stream is a terminal that a person looks at.
    let isInteractive: Bool
    /// Whether escape sequences for colour are wanted.
    var hasColour: Bool
    /// Marks and lines of trees.
    let symbols: Symbols

    /// What trees are drawn with.
    struct Symbols: Sendable {
        let holds: String
        let fails: String
        let branch: String
        let lastBranch: String
        let trunk: String

        static let lines = Symbols(
            holds: "✓",
            fails: "✗",
            branch: "├─ ",
            lastBranch: "└─ ",
            trunk: "│  "
        )
        static let plain = Symbols(
            holds: "+",
            fails: "x",
            branch: "|- ",
            lastBranch: "`- ",
            trunk: "|  "
        )
    }

    private init(_ handle: FileHandle) {
        self.handle = handle
        isInteractive = isatty(handle.fileDescriptor) == 1
        let environment = ProcessInfo.processInfo.environment
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }
            .first { !$0.isEmpty }
        let isUnicode = locale.map { $0.uppercased().contains("UTF") } ?? false
        symbols = isInteractive && isUnicode ? .lines : .plain
        hasColour = isInteractive && !isRefused && environment["TERM"] != "dumb"
    }

    /// The text in a style, or as it is where there is no colour.
    func styled(_ text: String, _ styles: Style...) -> String {
        guard hasColour, !styles.isEmpty else { return text }
        let codes = styles.map(\.rawValue).joined(separator: ";")
        return "\u{1B}[\(codes)m\(text)\u{1B}[0m"
    }

    /// Writes a line at once. A reader that has gone away is not our failure.
    func write(_ line: String) {
        try? handle.write(contentsOf: Data((line + "\n").utf8))
    }
}

/// A number with its noun, as people write them.
func counted(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? one + "s")"
}
