//! Edits of a project by its meaning: with everything that has to follow, and with some of it forgotten.

use crate::forms::Form;
use crate::numbers::Numbers;
use crate::world::World;

/// An edit after which the project still means something, with everything that has to follow it.
pub(crate) fn grow(world: &mut World, numbers: &mut Numbers) {
    let at = numbers.below(world.declarations.len());
    let (form, file) = (world.declarations[at].form, numbers.below(world.files.len()));
    match numbers.below(8) {
        0 => world.declarations[at].value = 1 + numbers.below(40),
        // Everybody who names it follows.
        1 => world.declarations[at].name = world.new_name(form),
        2 => world.declarations[at].shape ^= true,
        3 | 4 if world.may_move(at, file) => world.declarations[at].home = file,
        3 | 5 => world.files[file].comments = numbers.below(3),
        6 if world.declarations.len() < 90 && form != Form::Released => {
            let chosen = numbers.below(1_000);
            world.add(form, file, |of| (!of.is_empty()).then(|| of[chosen % of.len()]));
        }
        7 if world.users(at).next().is_none() && form != Form::Released => world.declarations[at].gone = true,
        _ => {
            let other = numbers.below(world.declarations.len());
            let ranks = (world.declarations[at].rank, world.declarations[other].rank);
            (world.declarations[other].rank, world.declarations[at].rank) = ranks;
        }
    }
}

/// An edit that forgets something that had to follow.
pub(crate) fn harm(world: &mut World, numbers: &mut Numbers) {
    let at = numbers.below(world.declarations.len());
    let it = world.declarations[at].clone();
    let file = numbers.below(world.files.len());
    match numbers.below(9) {
        0 => {
            world.believed.insert(at, (it.name, it.shape));
            world.declarations[at].name = world.new_name(it.form);
        }
        1 => {
            world.believed.insert(at, (it.name, it.shape));
            world.declarations[at].shape ^= true;
        }
        // Perhaps into a file that then leads back to itself.
        2 => world.declarations[at].home = file,
        3 => world.declarations[at].public = false,
        4 => world.declarations[at].gone = true,
        5 => world.files[file].gone = true,
        6 => world.files[file].forgotten = world.declarations.iter().position(|it| it.home != file),
        7 => world.files[file].astray = Some(at),
        _ => world.declarations[at].name = numbers.of(&world.declarations).name.clone(),
    }
}
