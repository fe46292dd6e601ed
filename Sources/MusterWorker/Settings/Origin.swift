// A wrong setting is only half explained by its name: which of the places that it can come from it
// did come from is the other half.

public import MusterPolicy

/// Where a setting's value comes from.
public enum Origin: Hashable, Sendable, CustomStringConvertible {
    /// `--set key=value`.
    case override
    /// A variable of the environment.
    case environment(String)
    /// A place in the file.
    case file(SourceSpan)
    /// Nobody has set it.
    case standard

    /// As in "from muster.yaml:3:7".
    public var description: String {
        switch self {
        case .override: "from --set"
        case .environment(let variable): "from the environment variable \(variable)"
        case .file(let span): "from \(span)"
        case .standard: "the default"
        }
    }
}

/// One thing that is wrong with settings.
public struct SettingProblem: Hashable, Sendable, CustomStringConvertible {
    /// The setting.
    public var key: String
    /// What is wrong; never shows a secret.
    public var message: String
    /// Where the value comes from.
    public var origin: Origin
    /// What would be right.
    public var help: String?

    /// Describes a problem.
    public init(_ key: String, _ message: String, _ origin: Origin, help: String? = nil) {
        self.key = key
        self.message = message
        self.origin = origin
        self.help = help
    }

    /// One line: the setting, what is wrong, where it comes from, what would be right.
    public var description: String {
        let text = key.isEmpty ? message : "\(key): \(message)"
        return "\(text) (\(origin))" + (help.map { "; \($0)" } ?? "")
    }

    /// The same as a finding in the file, where it comes from one, so that it can be shown there.
    public var diagnostic: Diagnostic? {
        guard case .file(let span) = origin else { return nil }
        return Diagnostic(
            "setting",
            key.isEmpty ? message : "\(key): \(message)",
            at: span,
            help: help
        )
    }
}

/// Settings that cannot be used.
public struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Everything that is wrong, at least one thing.
    public var problems: [SettingProblem]

    /// One problem a line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
