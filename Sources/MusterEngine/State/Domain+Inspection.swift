// What a domain holds, laid open for checks that trust nothing of the engine but this.

package import MusterModel
package import MusterPolicy

extension Domain {
    /// What is held about one resource.
    package struct Holding: Sendable {
        /// Its latest report.
        package let report: Resource
        /// Whether that report has expired.
        package let isStale: Bool
        /// When its quarantine ends; `nil` when it is in none.
        package let quarantineEnd: Instant?
        /// Whether it is in quarantine because it came and went by itself.
        package let isFlapping: Bool
        /// The command that it is awaited to obey.
        package let flight: Command?
        /// What is implemented; `nil` when it is not managed.
        package let placement: Placement?
    }

    /// What a guard does not let be done for now.
    package struct HeldBack: Sendable {
        /// The number of the plan that people are asked about; 0 for an improvement.
        package let plan: Int
        /// Whether it waits for an answer, or for the decision that the answer brings about.
        package let isAsking: Bool
        /// What would be changed.
        package let changes: [ResourceID: Placement]
    }

    /// Everything held about resources, in order of id.
    ///
    /// - Complexity: O(resources × log).
    package var holdings: [Holding] {
        situation.inventory.ordered(situation.inventory.registered).map { slot in
            let report = situation.inventory[slot]
            return Holding(
                report: report,
                isStale: situation.inventory.isMarkedStale(slot),
                quarantineEnd: situation.inventory.isInQuarantine(slot)
                    ? quarantines[report.id]?.end : nil,
                isFlapping: quarantines[report.id]?.cause == .flapping,
                flight: execution.flights[report.id],
                placement: situation.placement(slot)
            )
        }
    }

    /// The documents in force, closed windows or not, in order of kind and name.
    package var documentsInForce: [Document] { configuration.documents }

    /// The alerts that are open, in order of fingerprint.
    package var openAlerts: [Notice] {
        alerts.open.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Where commands in flight are taking resources.
    package var flightTargets: [ResourceID: Placement] {
        execution.flights.compactMapValues(\.target)
    }

    /// Where the plan in progress, or a command in flight, is taking resources.
    package var underWay: [ResourceID: Placement] {
        flightTargets
            .merging(execution.remaining.mapValues(\.item.target)) { _, planned in planned }
    }

    /// What guards hold back, rejected plans included, in the order held.
    package var heldBack: [HeldBack] {
        restraints.withheld.map {
            HeldBack(plan: $0.plan, isAsking: $0.isAsking, changes: $0.changes)
        }
    }

    /// Whether nothing may be commanded, for too much has failed at once.
    package var isFrozen: Bool { restraints.isFrozen }

    /// Whether events were taken in that nothing is decided on yet.
    package var hasDecisionDue: Bool { isDecisionDue }
}
