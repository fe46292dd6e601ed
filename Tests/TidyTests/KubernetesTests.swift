// The manifests are read by nothing of ours, so what they repeat of it, such as ports, paths, names
// and limits, would go wrong unnoticed.

import MusterHTTP
import MusterMetrics
import MusterPolicy
import MusterWorker
import MusterYAML
import Testing

@Suite struct KubernetesTests {
    private static let folder = "docker/k8s"
    private static let label = ["app.kubernetes.io/name": "muster"]

    /// The one document of a manifest.
    private func manifest(_ name: String) throws -> Node {
        let file = try ProjectTree.file("\(Self.folder)/\(name).yaml")
        let (documents, findings) = YAML.read(Array(file.text.utf8), source: file.path)
        try #require(findings.isEmpty, "\(findings.map(\.message))")
        try #require(documents.count == 1, "\(file)")
        return documents[0]
    }

    private func container() throws -> (pod: Node, container: Node) {
        let pod = try #require(try manifest("statefulset").at("spec", "template", "spec"))
        return (pod, try #require(pod["containers"]?.elements.first))
    }

    /// What the settings in the ConfigMap come to.
    private func settings() throws -> Settings {
        let text = try #require(try manifest("settings").at("data", "muster.yaml")?.text)
        let document = try Settings.document(in: Array(text.utf8), path: "muster.yaml")
        return try Settings.resolve(file: document).settings
    }

    @Test("Every manifest is one object with a version, a kind and the common label")
    func objects() throws {
        let files = try ProjectTree.files(below: Self.folder)
        #expect(files.count >= 8)
        for file in files {
            let name = String(file.path.dropFirst(Self.folder.count + 1).dropLast(5))
            let node = try manifest(name)
            #expect(node["apiVersion"]?.text != nil && node["kind"]?.text != nil, "\(file)")
            guard name != "kustomization" else { continue }
            #expect(node.at("metadata", "name")?.text?.hasPrefix("muster") == true, "\(file)")
            #expect(node.at("metadata", "labels")?.texts == Self.label, "\(file)")
        }
    }

    @Test("The kustomization lists what a bare cluster understands, and nothing that is not there")
    func kustomization() throws {
        let listed = try #require(try manifest("kustomization")["resources"]).elements
            .compactMap(\.text)
        for file in listed { #expect(ProjectTree.exists("\(Self.folder)/\(file)"), "\(file)") }
        let custom = ["kustomization.yaml", "podmonitor.yaml", "scaledobject.yaml"]
        let all = try ProjectTree.files(below: Self.folder).map {
            String($0.path.dropFirst(Self.folder.count + 1))
        }
        #expect(Set(listed).union(custom) == Set(all))
    }

    @Test("Settings and policies are right, and the port can be reached from outside of the pod")
    func configuration() throws {
        let settings = try settings()
        #expect(settings.http.host == "0.0.0.0")
        #expect(settings.logFormat == .json)
        #expect(!settings.topics.create)
        let policies = try #require(try manifest("policies")["data"]).entries
        try #require(!policies.isEmpty)
        for entry in policies {
            let text = try #require(entry.value.text)
            let (nodes, findings) = YAML.read(Array(text.utf8), source: entry.key)
            let (changes, more) = DocumentReader.read(nodes, from: .file, zones: .system)
            #expect((findings + more).isEmpty, "\((findings + more).map(\.message))")
            #expect(!changes.isEmpty)
        }
    }

    @Test("Probes ask for paths that are served, at the port that settings open")
    func probes() throws {
        let (_, container) = try container()
        let ports = try #require(container["ports"]).elements
        try #require(ports.count == 1)
        let name = try #require(ports[0]["name"]?.text)
        #expect(ports[0]["containerPort"]?.text == (try settings().http.port).map(String.init))
        let routes = Endpoints.routes(health: Health(), metrics: Registry()).map(\.path)
        for (probe, path) in [("livenessProbe", "/livez"), ("readinessProbe", "/readyz")] {
            let get = try #require(container.at(probe, "httpGet"))
            #expect(get["path"]?.text == path)
            #expect(get["port"]?.text == name)
            #expect(routes.contains(path))
        }
        let scrape = try #require(
            try manifest("podmonitor").at("spec", "podMetricsEndpoints")?.elements.first
        )
        #expect(scrape["port"]?.text == name)
        #expect(routes.contains(try #require(scrape["path"]?.text)))
        let served = try #require(try manifest("service").at("spec", "ports")?.elements.first)
        #expect(served["targetPort"]?.text == name)
        #expect(served["port"]?.text == ports[0]["containerPort"]?.text)
    }

    @Test("The pod's name is the worker's, and every variable is one of a setting")
    func environment() throws {
        let (pod, container) = try container()
        let known = Set(Setting.all.map(\.variable))
        for variable in try #require(container["env"]).elements {
            let name = try #require(variable["name"]?.text)
            #expect(known.contains(name) || name.hasPrefix("MUSTER_KAFKA_PROPERTIES_"), "\(name)")
            if name == "MUSTER_INSTANCE" {
                let path = variable.at("valueFrom", "fieldRef", "fieldPath")
                #expect(path?.text == "metadata.name")
            } else {
                #expect(variable.at("valueFrom", "secretKeyRef") != nil, "\(name)")
            }
        }
        #expect(
            try #require(container["env"]).elements.contains {
                $0["name"]?.text == "MUSTER_INSTANCE"
            }
        )
        #expect(pod["enableServiceLinks"]?.text == "false")
    }

    @Test("What the worker is told to read is mounted")
    func mounts() throws {
        let (pod, container) = try container()
        let arguments = try #require(container["args"]).elements.compactMap(\.text)
        #expect(arguments.first == "run")
        let mounts = try #require(container["volumeMounts"]).elements
        let paths = try mounts.map { try #require($0["mountPath"]?.text) }
        let config = try #require(arguments.last)
        #expect(paths.contains { config == $0 + "/muster.yaml" })
        #expect(Set(try settings().policies).isSubset(of: paths))
        let volumes = try #require(pod["volumes"]).elements
        #expect(volumes.map { $0["name"]?.text } == mounts.map { $0["name"]?.text })
        for volume in volumes {
            let map = try #require(volume.at("configMap", "name")?.text)
            let file = map.replacing("muster-", with: "")
            #expect(try manifest(file).at("metadata", "name")?.text == map)
        }
    }

    @Test("A pod has longer to end than a worker takes, and may do nothing that it need not")
    func limits() throws {
        let (pod, container) = try container()
        let grace = try #require(pod["terminationGracePeriodSeconds"]?.text.flatMap(Int.init))
        // Leaving the group takes up to 5 seconds, as does an answer to a slow client.
        #expect(Duration.seconds(grace) > (try settings().limits.drainTimeout) + .seconds(15))
        #expect(pod.at("securityContext", "runAsNonRoot")?.text == "true")
        let user = try #require(pod.at("securityContext", "runAsUser")?.text)
        #expect(try ProjectTree.file("docker/Dockerfile").text.contains("USER \(user):"))
        #expect(container.at("securityContext", "readOnlyRootFilesystem")?.text == "true")
        #expect(container.at("securityContext", "allowPrivilegeEscalation")?.text == "false")
        #expect(container.at("resources", "limits", "memory") != nil)
    }

    @Test("What selects pods selects these, and the budget lets some be taken away")
    func selectors() throws {
        let set = try manifest("statefulset")
        let labels = set.at("spec", "template", "metadata", "labels")?.texts
        #expect(labels == Self.label)
        #expect(set.at("spec", "selector", "matchLabels")?.texts == labels)
        #expect(set.at("spec", "serviceName")?.text == "muster")
        let service = try manifest("service")
        #expect(service.at("spec", "clusterIP")?.text == "None")
        #expect(service.at("spec", "selector")?.texts == labels)
        for name in ["poddisruptionbudget", "podmonitor"] {
            #expect(try manifest(name).at("spec", "selector", "matchLabels")?.texts == labels)
        }
        #expect(try manifest("poddisruptionbudget").at("spec", "maxUnavailable")?.text == "1")
    }

    @Test("There is always a worker, and never more of them than partitions")
    func scaling() throws {
        let spec = try #require(try manifest("scaledobject")["spec"])
        let settings = try settings()
        #expect(spec.at("scaleTargetRef", "kind")?.text == "StatefulSet")
        #expect(spec.at("scaleTargetRef", "name")?.text == "muster")
        #expect(spec["minReplicaCount"]?.text == "1")
        let partitions = try ProjectTree.file("docker/compose.yaml").text
            .matches(of: #"--partitions (\d+)"#).first?[1]
        #expect(spec["maxReplicaCount"]?.text == partitions)
        let trigger = try #require(spec["triggers"]?.elements.first)
        #expect(trigger["type"]?.text == "kafka")
        let metadata = try #require(trigger["metadata"]?.texts)
        #expect(metadata["bootstrapServers"] == settings.kafka.bootstrapServers)
        #expect(metadata["consumerGroup"] == settings.group)
        #expect(metadata["topic"] == settings.topics.resourceAvailability)
        #expect(metadata["allowIdleConsumers"] == nil)
    }
}

extension Node {
    /// What stands below several keys, one after another.
    fileprivate func at(_ keys: String...) -> Node? {
        keys.reduce(self) { (node: Node?, key) in node?[key] }
    }

    fileprivate var text: String? {
        if case .scalar(_, let text, _) = content { text } else { nil }
    }

    fileprivate var elements: [Node] {
        if case .sequence(let nodes) = content { nodes } else { [] }
    }

    fileprivate var entries: [Entry] {
        if case .mapping(let entries) = content { entries } else { [] }
    }

    /// A mapping of texts.
    fileprivate var texts: [String: String] {
        Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value.text ?? "") })
    }
}
