// Telling of enforced policies that can never hold together: once, and once when that is over.

public import MusterModel
public import MusterPolicy

extension Domain {
    /// Two enforced policies that can never hold together, whatever is usable.
    public struct PolicyConflict: Sendable {
        /// Their names, in order.
        public let names: [String]
        /// Where their demands stand, in the order of the names.
        public let places: [SourceSpan]
        /// In one sentence.
        public let summary: String
        /// What cannot hold together, with places.
        public let reasons: [Notice.Reason]
    }

    /// The work that looking for conflicts may take in one turn, in the solver's units: some 30 ms.
    private static var conflictWork: Int { 4_000_000 }

    /// The most conflicts that people are told of in one turn.
    private static var conflictsPerTurn: Int { 50 }

    /// Every two enforced policies that can never hold together, with the registered resources.
    ///
    /// - Parameter work: The work that it may take, in the solver's units.
    /// - Returns: the conflicts in order of name; where the budget ran out, those found until then.
    /// - Complexity: O(policies × policies that share resources and don't hold together now).
    public func policyConflicts(work: Int = 400_000_000) -> [PolicyConflict] {
        var search = ConflictSearch(situation, work: work)
        return search.conflicts(of: situation.policies.indices).map { situation.words(for: $0) }
    }

    /// Fires and resolves alerts about policies that can never hold together, where they, or the
    /// resources that they read, changed.
    mutating func tellConflicts(_ turn: inout Turn) {
        guard turn.isStructural else { return }
        var candidates = turn.policies
        for slot in situation.rearranged {
            candidates.formUnion(situation.enforcedReaders(of: slot))
        }
        var search = ConflictSearch(situation, work: Self.conflictWork)
        let conflicts = search.conflicts(of: candidates)
        var stands: Set<String> = []
        var fired = 0
        for conflict in conflicts {
            let names = conflict.policies.map { situation.policies[$0].policy.name }
            let fingerprint = conflictFingerprint(names)
            stands.insert(fingerprint)
            guard alerts.open[fingerprint] == nil, fired < Self.conflictsPerTurn else { continue }
            fire(conflict, fingerprint, &turn)
            fired += 1
        }
        resolveConflicts(but: stands, after: search, candidates, &turn)
    }

    private func conflictFingerprint(_ names: [String]) -> String {
        "\(id)/\(names.joined(separator: "+"))/\(Notice.Kind.policiesConflict.rawValue)"
    }

    private mutating func fire(_ conflict: Conflict, _ fingerprint: String, _ turn: inout Turn) {
        let words = situation.words(for: conflict)
        let severities = conflict.policies.map { situation.policies[$0].policy.severity }
        let severity = Severity.allCases.last { severities.contains($0) } ?? .error
        let notice = Notice(
            id: nextNoticeID(.policiesConflict),
            domain: id,
            kind: .policiesConflict,
            severity: severity,
            status: .firing,
            fingerprint: fingerprint,
            policy: words.names.first,
            summary: words.summary,
            outlook: .never,
            explanation: words.reasons,
            startsAt: turn.now
        )
        alerts.fire(notice)
        turn.directives.append(.notify(notice))
    }

    /// Ends alerts about policies that changed and do not contradict each other any more.
    private mutating func resolveConflicts(
        but stands: Set<String>,
        after search: ConflictSearch,
        _ candidates: Set<Int>,
        _ turn: inout Turn
    ) {
        for fingerprint in alerts.others.sorted() where !stands.contains(fingerprint) {
            guard let notice = alerts.open[fingerprint], notice.kind == .policiesConflict
            else { continue }
            guard let pair = pair(of: notice) else {
                resolve(
                    fingerprint,
                    summary: "a policy of the conflict is not in force any more",
                    &turn
                )
                continue
            }
            // Where the budget ran out before the pair was looked at, nothing new is known of it.
            let isSettled = search.work > 0 || search.settled.contains(pair)
            guard isSettled, !candidates.isDisjoint(with: pair) else { continue }
            let names = pair.map { situation.policies[$0].policy.name }
            resolve(
                fingerprint,
                summary: "policies \(names.joined(separator: " and ")) can hold together",
                &turn
            )
        }
    }

    /// The policies that a conflict is about; `nil` where one is no longer in force.
    private func pair(of notice: Notice) -> [Int]? {
        let enforced = situation.policies.indices.filter { situation.policies[$0].isEnforced }
        guard
            let first = enforced.first(where: {
                situation.policies[$0].policy.name == notice.policy
            }),
            let second = enforced.first(where: { index in
                let names = [first, index].map { situation.policies[$0].policy.name }
                return conflictFingerprint(names) == notice.fingerprint
            })
        else { return nil }
        return [first, second]
    }
}

extension Situation {
    fileprivate func words(for conflict: Conflict) -> Domain.PolicyConflict {
        let policies = conflict.policies.map { self.policies[$0] }
        let names = policies.map(\.policy.name)
        let reasons = reasons(of: conflict.core, isOfToday: false)
        let demands = reasons.filter { $0.source.hasPrefix("policy ") }.map(\.condition)
        let places = zip(conflict.policies, policies).map { index, ground -> SourceSpan in
            for case .condition(policy: index, let number) in conflict.core {
                let span = ground.writtenDemands[number].written.span
                if !span.source.isEmpty { return span }
            }
            return ground.policy.span
        }
        return Domain.PolicyConflict(
            names: names,
            places: places,
            summary: "policies \(names.joined(separator: " and ")) can never hold together: "
                + listed(demands, most: 3),
            reasons: reasons
        )
    }
}
