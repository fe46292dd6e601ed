// Reading the file of settings. It is YAML with places, so that a wrong value can be pointed at.

public import MusterPolicy
internal import MusterYAML

extension Settings {
    /// Reads the one document of a settings file.
    ///
    /// - Parameters:
    ///   - bytes: What the file holds.
    ///   - path: What the file is called in problems.
    /// - Returns: `nil` when the file says nothing.
    /// - Throws: what makes it unreadable.
    public static func document(
        in bytes: [UInt8],
        path: String
    ) throws(SettingsError) -> Node? {
        let (documents, diagnostics) = YAML.read(bytes, source: path)
        let errors = diagnostics.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw SettingsError(
                problems: errors.map {
                    SettingProblem("", $0.message, .file($0.span), help: $0.help)
                }
            )
        }
        if let policy = documents.first(where: { $0["apiVersion"] != nil }) {
            throw SettingsError(problems: [
                SettingProblem(
                    "",
                    "this file holds documents such as policies, not settings",
                    .file(policy.span),
                    help: "`policies` in a settings file names such files, and so does --policies"
                )
            ])
        }
        if let second = documents.dropFirst().first {
            throw SettingsError(problems: [
                SettingProblem(
                    "",
                    "a second document",
                    .file(second.span),
                    help: "settings are one document; remove the line `---`"
                )
            ])
        }
        return documents.first
    }
}
