//! The five calls of the vendors' pages as lines for a shell.

use super::Demo;

impl Demo {
    /// Each call after a line that names it.
    pub(crate) fn calls(&self, url: &str) -> String {
        let oauth = format!("-H 'Authorization: OAuth {}'", self.session);
        let json = "-H 'Content-Type: application/json;charset=UTF-8'";
        let image = self.image.id.hex();
        let root = self.root.id.hex();
        let calls = [
            (
                "ZStack, GetImageCandidatesForVmToChange: images that a machine can change to",
                format!(
                    "curl -X GET '{url}/zstack/v1/vm-instances/{}/image-candidates' {oauth}",
                    self.machine.id.hex()
                ),
            ),
            (
                "ZStack, ChangeImageState: enable an image, or disable it",
                format!(
                    "curl -X PUT '{url}/zstack/v1/images/{image}/actions' {oauth} {json} \
                     -d '{{\"params\":{{\"stateEvent\":\"enable\"}},\"systemTags\":[],\"userTags\":[]}}'"
                ),
            ),
            (
                "DiDi Cloud, ListCIMG: custom images of a region",
                format!(
                    "curl --location --request POST '{url}/dicloud/i/storage/cimg/list' \
                     --header 'Authorization: Bearer {}' \
                     --header 'Content-Type: application/json' \
                     --data-raw '{{\"regionId\":\"{}\",\"start\":0,\"limit\":10,\
                     \"condition\":{{\"names\":[\"{}\"]}}}}'",
                    self.bearer, self.region, self.image.name
                ),
            ),
            (
                "Huawei Cloud, ListCloudImages: images of a region",
                format!(
                    "curl '{url}/v1/cloudimages/{}' -H 'X-Auth-Token: {}'",
                    self.region, self.login
                ),
            ),
            (
                "ZStack, CreateRootVolumeTemplateFromRootVolume: an image from a machine's disk",
                format!(
                    "curl -X POST '{url}/zstack/v1/images/root-volume-templates/from/volumes/{root}' \
                     {oauth} {json} -d '{{\"params\":{{\"name\":\"web-1-template\",\
                     \"backupStorageUuids\":[\"{}\"],\"platform\":\"Linux\"}}}}'",
                    self.store.id.hex()
                ),
            ),
        ];
        let lines = calls.map(|(what, line)| format!("\n# {what}\n{line}\n"));
        format!("Five calls to try, as the user demo:\n{}", lines.concat())
    }
}
