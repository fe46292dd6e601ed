// The estate of the demo. The nodes have the shape of a production cluster: models, sizes and
// counts as published by Alibaba in cluster-trace-gpu-v2023 (openb_node_list_all_node.csv of
// github.com/alibaba/clusterdata, commit 7a6c496). What runs on them is made up.

import MusterModel

/// Nodes of one size.
private struct Shape {
    let model: String
    let cpu: Int
    let memoryGiB: Int
    let gpus: Int
    let count: Int
}

/// The resources that the demo begins with.
struct DemoInventory {
    /// 1,523 nodes and the workloads that could run on them, nodes first.
    private(set) var resources: [Resource] = []
    private var nodes: [String: [Resource]] = [:]

    private static let shapes = [
        Shape(model: "CPU", cpu: 32, memoryGiB: 64, gpus: 0, count: 10),
        Shape(model: "CPU", cpu: 32, memoryGiB: 128, gpus: 0, count: 23),
        Shape(model: "CPU", cpu: 32, memoryGiB: 256, gpus: 0, count: 129),
        Shape(model: "CPU", cpu: 64, memoryGiB: 128, gpus: 0, count: 4),
        Shape(model: "CPU", cpu: 64, memoryGiB: 256, gpus: 0, count: 8),
        Shape(model: "CPU", cpu: 64, memoryGiB: 512, gpus: 0, count: 22),
        Shape(model: "CPU", cpu: 96, memoryGiB: 384, gpus: 0, count: 30),
        Shape(model: "CPU", cpu: 96, memoryGiB: 512, gpus: 0, count: 59),
        Shape(model: "CPU", cpu: 96, memoryGiB: 768, gpus: 0, count: 1),
        Shape(model: "CPU", cpu: 104, memoryGiB: 192, gpus: 0, count: 1),
        Shape(model: "CPU", cpu: 104, memoryGiB: 512, gpus: 0, count: 20),
        Shape(model: "CPU", cpu: 104, memoryGiB: 768, gpus: 0, count: 3),
        Shape(model: "A10", cpu: 128, memoryGiB: 1024, gpus: 1, count: 2),
        Shape(model: "G2", cpu: 96, memoryGiB: 384, gpus: 8, count: 549),
        Shape(model: "G3", cpu: 128, memoryGiB: 768, gpus: 8, count: 39),
        Shape(model: "P100", cpu: 8, memoryGiB: 60, gpus: 1, count: 3),
        Shape(model: "P100", cpu: 8, memoryGiB: 60, gpus: 2, count: 2),
        Shape(model: "P100", cpu: 16, memoryGiB: 120, gpus: 2, count: 107),
        Shape(model: "P100", cpu: 64, memoryGiB: 256, gpus: 2, count: 22),
        Shape(model: "T4", cpu: 104, memoryGiB: 512, gpus: 2, count: 387),
        Shape(model: "T4", cpu: 96, memoryGiB: 384, gpus: 4, count: 17),
        Shape(model: "V100M16", cpu: 8, memoryGiB: 32, gpus: 1, count: 19),
        Shape(model: "V100M16", cpu: 32, memoryGiB: 128, gpus: 4, count: 28),
        Shape(model: "V100M16", cpu: 64, memoryGiB: 256, gpus: 8, count: 7),
        Shape(model: "V100M16", cpu: 82, memoryGiB: 336, gpus: 8, count: 1),
        Shape(model: "V100M32", cpu: 48, memoryGiB: 368, gpus: 4, count: 9),
        Shape(model: "V100M32", cpu: 96, memoryGiB: 768, gpus: 8, count: 21),
    ]

    /// Makes the estate; it is the same every time.
    init() {
        for shape in Self.shapes { addNodes(shape) }
        addWorkloads()
    }

    private mutating func addNodes(_ shape: Shape) {
        for _ in 0..<shape.count {
            let number = nodes[shape.model, default: []].count + 1
            let node = Resource(
                id: ResourceID("\(shape.model.lowercased())-\(padded(number))"),
                kind: "node",
                state: .online,
                cluster: cluster(number),
                labels: ["gpu": shape.model],
                capacity: ["cpu": shape.cpu, "memory": shape.memoryGiB, "gpu": shape.gpus]
            )
            nodes[shape.model, default: []].append(node)
            resources.append(node)
        }
    }

    private mutating func addWorkloads() {
        add(32, of: "T4", group: "inference", application: "chat", qos: "LS", gpus: 1, price: 3)
        add(
            14,
            of: "V100M32",
            group: "inference",
            application: "chat",
            qos: "LS",
            gpus: 1,
            price: 6
        )
        add(20, of: "P100", group: "inference", application: "search", qos: "LS", gpus: 1, price: 2)
        add(14, of: "CPU", group: "frontend", application: "chat", qos: "LS", gpus: 0, price: 1)
        add(9, of: "CPU", group: "database", application: "search", qos: "LS", gpus: 0, price: 2)
        add(12, of: "G2", group: "training", application: "ads", qos: "BE", gpus: 8, price: 20)
        add(120, of: "G2", group: "batch", application: "ads", qos: "BE", gpus: 1, price: 4)
        // What the research team runs: it counts, and nobody commands it.
        for model in ["G2", "T4", "P100", "V100M16", "G3"] {
            addResearch(nodes[model, default: []].count * 3, of: model)
        }
    }

    private mutating func add(
        _ count: Int,
        of model: String,
        group: String,
        application: String,
        qos: String,
        gpus: Int,
        price: Int
    ) {
        let hosts = nodes[model, default: []]
        for number in 1...count {
            let host = hosts[(number * 7) % hosts.count]
            resources.append(
                Resource(
                    id: ResourceID(
                        "\(group)-\(application)-\(model.lowercased())-\(padded(number))"
                    ),
                    state: .offline,
                    node: host.id,
                    cluster: host.cluster,
                    serviceGroup: group,
                    applications: [application],
                    labels: ["gpu": model, "qos": qos],
                    capacity: [
                        "cpu": 4, "memory": 16, "gpu": gpus, "price": price + number % 3,
                    ]
                )
            )
        }
    }

    private mutating func addResearch(_ count: Int, of model: String) {
        let hosts = nodes[model, default: []]
        for number in 0..<count {
            let host = hosts[number % hosts.count]
            resources.append(
                Resource(
                    id: ResourceID("research-\(model.lowercased())-\(padded(number + 1))"),
                    state: number % 4 == 0 ? .offline : .online,
                    node: host.id,
                    cluster: host.cluster,
                    labels: ["team": "research", "gpu": model, "qos": "BE"],
                    capacity: ["cpu": 2, "memory": 8, "gpu": 0, "price": 1]
                )
            )
        }
    }

    private func cluster(_ number: Int) -> String { "c" + padded(number % 16 + 1, width: 2) }

    private func padded(_ number: Int, width: Int = 4) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
