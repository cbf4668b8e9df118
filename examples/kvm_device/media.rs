//! Virtual media: what the handlers do, and how they say so.

use audit_core::vocab::{ByteSize, HttpPath, ObjectName};
use audit_core::{Context, Outcome, Withheld};
use audit_events::kvm::{
    MediaFault, MediaFetched, MediaMode, MediaMounted, MediaUnmounted, MediaUploaded,
};
use serde::Deserialize;

use crate::device::{Device, Failure, OK, Reply, Request, status};

impl Device {
    pub fn upload(&self, request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Upload {
            name: String,
            bytes: u64,
        }
        let Upload { name, bytes } = serde_json::from_str(request.body)?;
        let (outcome, image) = (Outcome::Success, ObjectName::new(&name)?);
        MediaUploaded { outcome, image, size: ByteSize::new(bytes) }.within(context).emit()?;
        self.state().images.insert(name, bytes);
        Ok(status(201))
    }

    pub fn fetch(&self, request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Fetch {
            name: String,
            url: String,
        }
        let Fetch { name, url } = serde_json::from_str(request.body)?;
        // Here it would be fetched.
        let (outcome, bytes) = match url.starts_with("https://") {
            true => (Outcome::Success, Some(698_351_616)),
            false => (Outcome::Failure(MediaFault::NotHttps), None),
        };
        MediaFetched {
            outcome,
            image: ObjectName::new(&name)?,
            size: bytes.map(ByteSize::new),
            path: HttpPath::of(&url).ok(),
            url: Withheld::new(&url),
        }
        .within(context)
        .emit()?;
        let Some(bytes) = bytes else { return Ok(status(400)) };
        self.state().images.insert(name, bytes);
        Ok(status(201))
    }

    pub fn mount(&self, request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Mount {
            name: String,
            mode: String,
        }
        let Mount { name, mode } = serde_json::from_str(request.body)?;
        let mode = match mode.as_str() {
            "cdrom" => MediaMode::Cdrom,
            "disk" => MediaMode::Disk,
            _ => return Ok(status(400)),
        };
        let mut state = self.state();
        let Some(&bytes) = state.images.get(&name) else { return Ok(status(404)) };
        let outcome = match &state.media {
            Some(_) => Outcome::Failure(MediaFault::AlreadyMounted),
            None => Outcome::Success,
        };
        let (image, size) = (ObjectName::new(&name)?, ByteSize::new(bytes));
        MediaMounted { outcome, image, size, mode }.within(context).emit()?;
        if let Outcome::Failure(_) = outcome {
            return Ok(status(409));
        }
        state.media = Some(name);
        Ok(OK)
    }

    pub fn unmount(&self, context: &Context<'_>) -> Result<Reply, Failure> {
        let mut state = self.state();
        let Some(name) = state.media.take() else { return Ok(status(404)) };
        let (outcome, image) = (Outcome::Success, ObjectName::new(&name)?);
        MediaUnmounted { outcome, image }.within(context).emit()?;
        Ok(OK)
    }
}
