/// The members of a read request's JSON body.
struct ReadFields: Sendable {
    let locator: FileLocator
    let spans: [RangeRequest.Span]?
    let rangeHeader: String?
    let ifRangeHeader: String?
    let isDownload: Bool?
    let downloadName: String?
    let wantsImage: Bool

    init(_ fields: inout BodyFields) {
        locator = FileLocator(&fields)
        spans = fields.objects("ranges") { range in
            .between(
                range.integer("start", in: 0...Int64.max, isRequired: true) ?? 0,
                range.integer("end", in: 0...Int64.max, isRequired: true) ?? 0)
        }
        rangeHeader = fields.text("rangeHeader", atMost: 4000)
        ifRangeHeader = fields.text("ifRangeHeader", atMost: 200)
        isDownload = fields.flag("download")
        downloadName = fields.text("downloadName", atMost: 255)
        let resize: Void? = fields.object("imageResize") { resize in
            for name in ["width", "height", "fit", "position", "background", "withoutEnlargement"] {
                resize.ignore(name)
            }
        }
        let format = fields.text("imageFormat", atMost: 20)
        wantsImage = resize != nil || format != nil
    }
}
