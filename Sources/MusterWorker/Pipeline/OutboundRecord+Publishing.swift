// Where outbound records go, and what becomes of those that are too large.

internal import MusterMessages

extension OutboundRecord {
    /// A dead letter that says how large its value was, for when it is too large for the topic;
    /// `nil` for anything else.
    func withoutValue() -> OutboundRecord? {
        guard topic == .deadLetters, let value else { return nil }
        var smaller = self
        smaller.value = nil
        smaller.headers.append(RecordHeader("muster-value-omitted-bytes", "\(value.count)"))
        return smaller
    }
}

extension Settings.Topics {
    func name(of topic: OutboundRecord.Topic) -> String {
        switch topic {
        case .commands: implementationCommands
        case .notifications: notifications
        case .deadLetters: deadLetters
        }
    }
}
