// The last line of defence for passwords. Nothing of ours writes one, but librdkafka has its own
// words for what it does not like, and some of them quote what it was given.

internal import Foundation

/// Takes secrets out of texts.
public struct Redaction: Sendable {
    /// Shorter ones are left alone: hiding them would make texts unreadable, and a text that hides
    /// every `a` tells what the secret is.
    public static let leastLength = 4
    /// What stands in the place of a secret.
    public static let mark = "…"

    /// Longest first, so that no secret is left over that holds another one.
    private let secrets: [String]

    /// Hides the values of properties whose names say that they are secret.
    ///
    /// The parts of a value between white space, `=` and `,` are hidden on their own as well: some
    /// properties hold several, and librdkafka may quote only the rest from where it gave up.
    public init(_ properties: ClientProperties = ClientProperties()) {
        var texts: Set<String> = []
        for (name, value) in properties.values where ClientProperties.isSecret(name) {
            texts.insert(value)
            texts.formUnion(value.split { $0.isWhitespace || "=,".contains($0) }.map(String.init))
        }
        secrets = texts.filter { $0.utf8.count >= Self.leastLength }
            .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// The text without secrets.
    ///
    /// - Complexity: O(secrets · text), and O(secrets) where there are none.
    public func callAsFunction(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            text.contains(secret) ? text.replacing(secret, with: Self.mark) : text
        }
    }
}
