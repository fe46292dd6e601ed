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
        /// The command that it is awaited to obey.
        package let flight: Command?
        /// What is implemented; `nil` when it is not managed.
        package let placement: Placement?
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

    /// Whether events were taken in that nothing is decided on yet.
    package var hasDecisionDue: Bool { isDecisionDue }
}
