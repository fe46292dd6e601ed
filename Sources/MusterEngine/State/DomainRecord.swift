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
    /// Whether that plan has not come to its end, and what has become of its changes so far.
    var isUnderWay: Bool
    var confirmed: Int
    var lapsed: Int
    /// When it was last asked which maintenance entries are in force.
    var ruledAt: Instant
    /// Whether events were taken in without a decision.
    var isDecisionDue: Bool
    /// The enforced policies whose choice is not proven best, in order.
    var unproven: [String]
    /// How many turns with requests to report there were.
    var requestCount: Int
    /// Up to when reports were asked for from time to time.
    var askedAt: Instant?

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
        writer.byte(isUnderWay ? 1 : 0)
        writer.count(confirmed)
        writer.count(lapsed)
        writer.count(requestCount)
        writer.optional(askedAt) { $0.signed($1.milliseconds) }
        return writer.bytes
    }

    /// Reads a value behind its version; version 1 ends with what is not proven.
    init(_ reader: inout ByteReader, version: UInt8) throws(ByteReader.Flaw) {
        epoch = Instant(milliseconds: try reader.signed())
        noticeCount = try reader.count()
        plan = try reader.count()
        stage = try reader.count()
        cause = try reader.text()
        ruledAt = Instant(milliseconds: try reader.signed())
        isDecisionDue = try reader.flag()
        unproven = try reader.texts()
        isUnderWay = false
        confirmed = 0
        lapsed = 0
        requestCount = 0
        if version > 1 {
            isUnderWay = try reader.flag()
            confirmed = try reader.count()
            lapsed = try reader.count()
            requestCount = try reader.count()
            askedAt = try reader.optional { (reader) throws(ByteReader.Flaw) in
                Instant(milliseconds: try reader.signed())
            }
        }
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
                isUnderWay: execution.isUnderWay,
                confirmed: execution.confirmed,
                lapsed: execution.lapsed,
                ruledAt: ruledAt,
                isDecisionDue: isDecisionDue,
                unproven: unproven.sorted(),
                requestCount: requestCount,
                askedAt: askedAt
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
        isUnderWay: Bool,
        confirmed: Int,
        lapsed: Int,
        ruledAt: Instant,
        isDecisionDue: Bool,
        unproven: [String],
        requestCount: Int,
        askedAt: Instant?
    ) {
        self.epoch = epoch
        self.noticeCount = noticeCount
        self.plan = plan
        self.stage = stage
        self.cause = cause
        self.isUnderWay = isUnderWay
        self.confirmed = confirmed
        self.lapsed = lapsed
        self.ruledAt = ruledAt
        self.isDecisionDue = isDecisionDue
        self.unproven = unproven
        self.requestCount = requestCount
        self.askedAt = askedAt
    }
}
