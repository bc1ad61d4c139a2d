import LogModel

/// JSON in which what a terminal would obey or hide is an escape; its values stay the same.
///
/// Of such characters JSON itself leaves DEL and some beyond ASCII as they are, and these stand in strings only.
func visibleJSON(_ json: [UInt8]) -> [UInt8] {
    guard json.contains(where: { $0 >= 0x7F }) else { return json }
    var shown: [UInt8] = []
    shown.reserveCapacity(json.count)
    var start = 0
    while start < json.count {
        let isPlain = json[start] < 0x7F
        let end = json[start...].firstIndex { ($0 < 0x7F) != isPlain } ?? json.count
        if isPlain {
            shown += json[start..<end]
        } else {
            let text = visibleJSONString(String(decoding: json[start..<end], as: UTF8.self))
            shown += text.utf8.dropFirst().dropLast()
        }
        start = end
    }
    return shown
}
