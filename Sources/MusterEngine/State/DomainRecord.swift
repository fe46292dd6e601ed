// What belongs to the domain itself and to none of its parts. It is small, and written whenever
// one of its numbers changed.

import MusterModel

/// What the changelog holds of a domain as such.
struct DomainRecord: Equatable {
    /// When the domain's history began.
    var epoch: Instant
    /// How many notices there were.
    var noticeCount: Int
    /// The number of the last plan, the first of its stages that is not confirmed, and why it was
    /// made.
    var plan: Int
    var stage: Int
    var cause: String
    /// When it was last asked which maintenance entries are in force.
    var ruledAt: Instant
    /// Whether events were taken in without a decision.
    var isDecisionDue: Bool
    /// The enforced policies whose choice is not proven best, in order.
    var unproven: [String]

    /// The record's value, version included.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.byte(StateKey.Kind.domain.version)
        writer.signed(epoch.milliseconds)
        writer.count(noticeCount)
        writer.count(plan)
        writer.count(stage)
        writer.text(cause)
        writer.signed(ruledAt.milliseconds)
        writer.byte(isDecisionDue ? 1 : 0)
        writer.texts(unproven)
        return writer.bytes
    }

    /// Reads a value behind its version.
    init(_ reader: inout ByteReader) throws(ByteReader.Flaw) {
        epoch = Instant(milliseconds: try reader.signed())
        noticeCount = try reader.count()
        plan = try reader.count()
        stage = try reader.count()
        cause = try reader.text()
        ruledAt = Instant(milliseconds: try reader.signed())
        switch try reader.byte() {
        case 0: isDecisionDue = false
        case 1: isDecisionDue = true
        default: throw .outOfRange
        }
        unproven = try reader.texts()
        try reader.finish()
    }
}

extension Domain {
    /// What is known of the domain as such; `nil` before its first event.
    var record: DomainRecord? {
        epoch.map { epoch in
            DomainRecord(
                epoch: epoch,
                noticeCount: noticeCount,
                plan: execution.plan,
                stage: execution.stage,
                cause: execution.cause,
                ruledAt: ruledAt,
                isDecisionDue: isDecisionDue,
                unproven: unproven.sorted()
            )
        }
    }
}

extension DomainRecord {
    init(
        epoch: Instant,
        noticeCount: Int,
        plan: Int,
        stage: Int,
        cause: String,
        ruledAt: Instant,
        isDecisionDue: Bool,
        unproven: [String]
    ) {
        self.epoch = epoch
        self.noticeCount = noticeCount
        self.plan = plan
        self.stage = stage
        self.cause = cause
        self.ruledAt = ruledAt
        self.isDecisionDue = isDecisionDue
        self.unproven = unproven
    }
}
