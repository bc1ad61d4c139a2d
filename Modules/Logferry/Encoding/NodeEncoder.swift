/// The `Encoder` that a value sees: it fills one node.
struct NodeEncoder: Encoder {
    let node: EncodedNode
    let path: [any CodingKey]
    let containers: Int
    let budget: EncodingBudget

    var codingPath: [any CodingKey] { path }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedNodes<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { UnkeyedNodes(encoder: self) }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleNode(encoder: self) }

    /// Whether the node can become a container; if not it becomes a marker.
    func opensContainer() -> Bool {
        guard containers < JSONLineEncoder.depthLimit else {
            node.content = .text(JSONLineEncoder.depthMarker)
            return false
        }
        return true
    }

    /// The node of a value one container further in.
    func inner(_ value: some Encodable, _ key: any CodingKey) -> EncodedNode {
        encodedNode(value, path: path + [key], containers: containers + 1, budget: budget)
    }

    /// An encoder for a node one container further in.
    func nested(_ node: EncodedNode, _ key: any CodingKey) -> NodeEncoder {
        NodeEncoder(node: node, path: path + [key], containers: containers + 1, budget: budget)
    }

    /// A node for a scalar, or the marker when there are too many.
    func scalar(_ content: EncodedNode.Content) -> EncodedNode {
        EncodedNode(budget.spend() ? content : .text(JSONLineEncoder.sizeMarker))
    }
}

/// A key made of a place in a list, or of a name.
struct PlaceKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ place: Int) {
        stringValue = String(place)
        intValue = place
    }

    init(intValue: Int) { self.init(intValue) }

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }
}

struct KeyedNodes<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: NodeEncoder
    private let isOpen: Bool

    var codingPath: [any CodingKey] { encoder.path }

    init(encoder: NodeEncoder) {
        self.encoder = encoder
        isOpen = encoder.opensContainer()
        guard isOpen else { return }
        if case .object = encoder.node.content { return }
        encoder.node.content = .object(EncodedNode.Object())
    }

    private func set(_ node: EncodedNode, _ key: any CodingKey) {
        guard isOpen, case .object(var object) = encoder.node.content else { return }
        // Let go of the node's copy first, so that the object is changed in place.
        encoder.node.content = .none
        object.set(key.stringValue, node)
        encoder.node.content = .object(object)
    }

    func encodeNil(forKey key: Key) { set(encoder.scalar(.null), key) }
    func encode(_ value: Bool, forKey key: Key) { set(encoder.scalar(.boolean(value)), key) }
    func encode(_ value: String, forKey key: Key) { set(encoder.scalar(.text(value)), key) }
    func encode(_ value: Double, forKey key: Key) { set(encoder.scalar(.double(value)), key) }
    func encode(_ value: Float, forKey key: Key) { set(encoder.scalar(.float(value)), key) }
    func encode(_ value: Int, forKey key: Key) { set(encoder.scalar(.signed(Int64(value))), key) }
    func encode(_ value: Int8, forKey key: Key) { set(encoder.scalar(.signed(Int64(value))), key) }
    func encode(_ value: Int16, forKey key: Key) { set(encoder.scalar(.signed(Int64(value))), key) }
    func encode(_ value: Int32, forKey key: Key) { set(encoder.scalar(.signed(Int64(value))), key) }
    func encode(_ value: Int64, forKey key: Key) { set(encoder.scalar(.signed(value)), key) }
    func encode(_ value: UInt, forKey key: Key) { set(encoder.scalar(.unsigned(UInt64(value))), key) }
    func encode(_ value: UInt8, forKey key: Key) { set(encoder.scalar(.unsigned(UInt64(value))), key) }
    func encode(_ value: UInt16, forKey key: Key) { set(encoder.scalar(.unsigned(UInt64(value))), key) }
    func encode(_ value: UInt32, forKey key: Key) { set(encoder.scalar(.unsigned(UInt64(value))), key) }
    func encode(_ value: UInt64, forKey key: Key) { set(encoder.scalar(.unsigned(value)), key) }

    func encode(_ value: some Encodable, forKey key: Key) {
        guard isOpen else { return }
        set(encoder.inner(value, key), key)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { nested(key).unkeyedContainer() }

    func superEncoder() -> any Encoder { nested(PlaceKey(stringValue: "super")) }

    func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

    /// A second container under one key goes on in the first, as Foundation's encoder has it.
    private func nested(_ key: any CodingKey) -> NodeEncoder {
        if isOpen, case .object(let object) = encoder.node.content, let node = object.node(key.stringValue) {
            return encoder.nested(node, key)
        }
        let node = EncodedNode()
        set(node, key)
        return encoder.nested(node, key)
    }
}

struct UnkeyedNodes: UnkeyedEncodingContainer {
    let encoder: NodeEncoder
    private let isOpen: Bool

    var codingPath: [any CodingKey] { encoder.path }

    var count: Int {
        guard case .array(let nodes) = encoder.node.content else { return 0 }
        return nodes.count
    }

    init(encoder: NodeEncoder) {
        self.encoder = encoder
        isOpen = encoder.opensContainer()
        guard isOpen else { return }
        if case .array = encoder.node.content { return }
        encoder.node.content = .array([])
    }

    private func add(_ node: EncodedNode) {
        guard isOpen, case .array(var nodes) = encoder.node.content else { return }
        encoder.node.content = .none
        nodes.append(node)
        encoder.node.content = .array(nodes)
    }

    func encodeNil() { add(encoder.scalar(.null)) }
    func encode(_ value: Bool) { add(encoder.scalar(.boolean(value))) }
    func encode(_ value: String) { add(encoder.scalar(.text(value))) }
    func encode(_ value: Double) { add(encoder.scalar(.double(value))) }
    func encode(_ value: Float) { add(encoder.scalar(.float(value))) }
    func encode(_ value: Int) { add(encoder.scalar(.signed(Int64(value)))) }
    func encode(_ value: Int8) { add(encoder.scalar(.signed(Int64(value)))) }
    func encode(_ value: Int16) { add(encoder.scalar(.signed(Int64(value)))) }
    func encode(_ value: Int32) { add(encoder.scalar(.signed(Int64(value)))) }
    func encode(_ value: Int64) { add(encoder.scalar(.signed(value))) }
    func encode(_ value: UInt) { add(encoder.scalar(.unsigned(UInt64(value)))) }
    func encode(_ value: UInt8) { add(encoder.scalar(.unsigned(UInt64(value)))) }
    func encode(_ value: UInt16) { add(encoder.scalar(.unsigned(UInt64(value)))) }
    func encode(_ value: UInt32) { add(encoder.scalar(.unsigned(UInt64(value)))) }
    func encode(_ value: UInt64) { add(encoder.scalar(.unsigned(value))) }

    func encode(_ value: some Encodable) {
        guard isOpen else { return }
        add(encoder.inner(value, PlaceKey(count)))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        nested().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }

    func superEncoder() -> any Encoder { nested() }

    private func nested() -> NodeEncoder {
        let node = EncodedNode()
        let place = PlaceKey(count)
        add(node)
        return encoder.nested(node, place)
    }
}

struct SingleNode: SingleValueEncodingContainer {
    let encoder: NodeEncoder

    var codingPath: [any CodingKey] { encoder.path }

    private func set(_ content: EncodedNode.Content) { encoder.node.content = content }

    func encodeNil() { set(.null) }
    func encode(_ value: Bool) { set(.boolean(value)) }
    func encode(_ value: String) { set(.text(value)) }
    func encode(_ value: Double) { set(.double(value)) }
    func encode(_ value: Float) { set(.float(value)) }
    func encode(_ value: Int) { set(.signed(Int64(value))) }
    func encode(_ value: Int8) { set(.signed(Int64(value))) }
    func encode(_ value: Int16) { set(.signed(Int64(value))) }
    func encode(_ value: Int32) { set(.signed(Int64(value))) }
    func encode(_ value: Int64) { set(.signed(value)) }
    func encode(_ value: UInt) { set(.unsigned(UInt64(value))) }
    func encode(_ value: UInt8) { set(.unsigned(UInt64(value))) }
    func encode(_ value: UInt16) { set(.unsigned(UInt64(value))) }
    func encode(_ value: UInt32) { set(.unsigned(UInt64(value))) }
    func encode(_ value: UInt64) { set(.unsigned(value)) }

    /// One call deeper, and not one container.
    func encode(_ value: some Encodable) {
        let path = encoder.path + [PlaceKey(stringValue: "value")]
        set(encodedNode(value, path: path, containers: encoder.containers, budget: encoder.budget).content)
    }
}
