// Which domain a record is for, found by the bytes of its key: a key that was decoded before needs
// neither a string nor another look at where it belongs.

internal import MusterEngine
internal import MusterModel

/// Tenants by the keys of their records: a table with linear probing, at most half full.
struct TenantIndex {
    private var entries: [(key: [UInt8], tenant: Tenant)?] = []
    private var count = 0

    /// The tenant whose key is these bytes; `nil` where none was noted.
    func tenant(of key: Span<UInt8>) -> Tenant? {
        entries.isEmpty ? nil : entries[place(of: key)]?.tenant
    }

    /// Notes a key that was found to be the tenant's, and to be where it belongs. Keys that are
    /// equal as text and other bytes are not noted: there is no end to them.
    mutating func note(_ key: [UInt8], _ tenant: Tenant) {
        guard key.elementsEqual(tenant.domain.id.name.utf8) else { return }
        if count >= entries.count / 2 { grow() }
        let place = place(of: key.span)
        guard entries[place] == nil else { return }
        count += 1
        entries[place] = (key, tenant)
    }

    private mutating func grow() {
        let known = entries
        entries = Array(repeating: nil, count: max(64, entries.count * 2))
        for case let entry? in known { entries[place(of: entry.key.span)] = entry }
    }

    /// Where a key stands, or would.
    private func place(of key: Span<UInt8>) -> Int {
        let fingerprint = Fingerprint(of: key)
        let mask = entries.count - 1
        var place = Int(truncatingIfNeeded: fingerprint.bucket) & mask
        while let entry = entries[place], !entry.key.span.hasBytes(of: key) {
            place = (place + 1) & mask
        }
        return place
    }
}
