// Which domain a record is for, found by the bytes of its key: a key that was decoded before needs
// neither a string nor another look at where it belongs.

internal import MusterEngine
internal import MusterModel

/// Tenants by the keys of their records: a table with linear probing, at most half full.
struct TenantIndex {
    /// Of the keys, apart from the tenants: looking for a place counts no references.
    private var fingerprints: [Fingerprint] = []
    private var tenants: [Tenant?] = []
    private var count = 0

    /// The tenant whose key is these bytes; `nil` where none was noted.
    func tenant(of key: Span<UInt8>) -> Tenant? {
        tenants.isEmpty ? nil : tenants[place(of: Fingerprint(of: key))]
    }

    /// Notes a key that was found to be the tenant's, and to be where it belongs. Keys that are
    /// equal as text and other bytes are not noted: there is no end to them.
    mutating func note(_ key: [UInt8], _ tenant: Tenant) {
        guard key.elementsEqual(tenant.id.name.utf8) else { return }
        if count >= tenants.count / 2 { grow() }
        let fingerprint = Fingerprint(of: key.span)
        let place = place(of: fingerprint)
        guard tenants[place] == nil else { return }
        count += 1
        (fingerprints[place], tenants[place]) = (fingerprint, tenant)
    }

    private mutating func grow() {
        let known = (fingerprints, tenants)
        let room = max(64, tenants.count * 2)
        fingerprints = Array(repeating: .none, count: room)
        tenants = Array(repeating: nil, count: room)
        for (fingerprint, tenant) in zip(known.0, known.1) where tenant != nil {
            let place = place(of: fingerprint)
            (fingerprints[place], tenants[place]) = (fingerprint, tenant)
        }
    }

    /// Where a key stands, or would.
    private func place(of fingerprint: Fingerprint) -> Int {
        let mask = fingerprints.count - 1
        var place = Int(truncatingIfNeeded: fingerprint.bucket) & mask
        while fingerprints[place] != fingerprint, fingerprints[place] != .none {
            place = (place + 1) & mask
        }
        return place
    }
}
