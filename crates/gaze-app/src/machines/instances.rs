//! Instances.

use gaze_catalog::{cluster, instance, pool, project, volume, zone};
use gaze_domain::{
    Architecture, Caller, Error, Instance, InstanceId, Noun, Platform, Result, Volume, VolumeRole,
    image,
};

use super::Registration;
use crate::App;
use crate::requests::{NewInstance, Seen};

impl App {
    /// The machines of the caller's project, or all for an administrator, each with what it was
    /// seen to do just now.
    pub async fn list_instances(&self, caller: &Caller) -> Result<Vec<Seen>> {
        let mut read = self.catalog().read();
        let (machines, volumes) = if caller.is_admin() {
            (
                instance::list(&mut read).await?,
                volume::list(&mut read).await?,
            )
        } else {
            let owner = caller.project;
            (
                instance::list_of(&mut read, owner).await?,
                volume::list_of(&mut read, owner).await?,
            )
        };
        let mut seen = Vec::with_capacity(machines.len());
        for machine in machines {
            let own = |volume: &&Volume| volume.instance == Some(machine.id);
            let own = volumes.iter().filter(own).cloned().collect();
            seen.push(self.see(machine, own).await);
        }
        Ok(seen)
    }

    pub async fn get_instance(&self, caller: &Caller, id: InstanceId) -> Result<Seen> {
        let machine = self.known_instance(caller, id).await?;
        let own = volume::list_attached(&mut self.catalog().read(), id).await?;
        Ok(self.see(machine, own).await)
    }

    /// Looks at a machine with these volumes.
    async fn see(&self, instance: Instance, mut volumes: Vec<Volume>) -> Seen {
        volumes.sort_by_key(|volume| Some(volume.id) != instance.root_volume);
        let root = volumes.first().cloned();
        let root = root.filter(|root| Some(root.id) == instance.root_volume);
        Seen {
            state: self.observe(root).await,
            instance,
            volumes,
        }
    }

    /// Registers a machine and its root disk. A zone without a cluster or a pool gets one.
    pub async fn add_instance(&self, caller: &Caller, new: NewInstance) -> Result<(Seen, Volume)> {
        caller.must_admin("register an instance", Noun::Instance)?;
        image::check_name(&new.name)?;
        let mut read = self.catalog().read();
        zone::get(&mut read, new.zone).await?;
        let owner = match new.project {
            Some(id) => project::get(&mut read, id).await?.id,
            None => caller.project,
        };
        let known_cluster = match new.cluster {
            Some(id) => Some(cluster::get(&mut read, id).await?),
            None => cluster::first_of(&mut read, new.zone).await?,
        };
        let known_pool = match new.pool {
            Some(id) => Some(pool::get(&mut read, id).await?),
            None => pool::first_of(&mut read, new.zone).await?,
        };
        let wrong = |field: &str| Error::invalid(field, "belongs to another zone");
        if known_cluster
            .as_ref()
            .is_some_and(|cluster| cluster.zone != new.zone)
        {
            return Err(wrong("cluster"));
        }
        if known_pool
            .as_ref()
            .is_some_and(|pool| pool.zone != new.zone)
        {
            return Err(wrong("pool"));
        }
        let architecture = new
            .architecture
            .or(known_cluster.as_ref().map(|cluster| cluster.architecture))
            .unwrap_or(Architecture::X86_64);
        let (new_cluster, new_pool) = self.default_hardware(new.zone, architecture);
        let home = known_cluster.as_ref().unwrap_or(&new_cluster).id;
        let mut disk = self
            .describe_volume(Registration {
                name: format!("ROOT-for-{}", new.name),
                owner,
                pool: known_pool.as_ref().unwrap_or(&new_pool).id,
                role: VolumeRole::Root,
                path: new.disk,
                format: new.disk_format,
            })
            .await?;
        let now = self.now();
        let made = Instance {
            id: new.id.unwrap_or_else(|| InstanceId::new(self.new_uuid())),
            owner,
            zone: new.zone,
            cluster: home,
            name: new.name,
            description: new.description,
            image: new.image,
            root_volume: Some(disk.id),
            platform: new.platform.unwrap_or(Platform::Linux),
            architecture,
            guest_os: new.guest_os,
            firmware: new.firmware,
            virtio: new.virtio,
            created_at: now,
            updated_at: now,
        };
        disk.instance = Some(made.id);
        disk.image = made.image;
        let rows = (made.clone(), disk.clone());
        let fresh_cluster = known_cluster.is_none().then_some(new_cluster);
        let fresh_pool = known_pool.is_none().then_some(new_pool);
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(fresh) = &fresh_cluster {
                        cluster::insert(tx, fresh).await?;
                    }
                    if let Some(fresh) = &fresh_pool {
                        pool::insert(tx, fresh).await?;
                    }
                    instance::insert(tx, &rows.0).await?;
                    volume::insert(tx, &rows.1).await
                })
            })
            .await?;
        Ok((self.see(made, vec![disk.clone()]).await, disk))
    }

    /// Forgets a machine and its volumes. Their files are not touched.
    pub async fn remove_instance(&self, caller: &Caller, id: InstanceId) -> Result<()> {
        caller.must_admin("remove an instance", Noun::Instance)?;
        self.catalog()
            .write(move |tx| Box::pin(async move { instance::delete(tx, id).await }))
            .await
    }
}
