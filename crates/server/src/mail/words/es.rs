//! In Spanish.

use praca_api::Timestamp;
use praca_api::accounts::Locale;
use praca_api::factors::Factor;

use super::{Said, Topic, said, when};

/// What is said of a topic.
pub fn say(topic: &Topic) -> Said {
    match topic {
        Topic::VerifyEmail { .. } => verify_email(),
        Topic::AlreadyRegistered { .. } => already_registered(),
        Topic::ResetPassword { .. } => reset_password(),
        Topic::PasswordChanged { .. } => password_changed(),
        Topic::ChangeEmail { .. } => change_email(),
        Topic::EmailChanged { address, link } => email_changed(address, link.is_some()),
        Topic::NewDevice { device, place, at, .. } => new_device(device, place, *at),
        Topic::AccountLocked { place, .. } => account_locked(place),
        Topic::FactorChanged { factor, added, .. } => factor_changed(*factor, *added),
        Topic::FirstFactorAdded { factor, .. } => first_factor_added(*factor),
        Topic::RecoveryCodeUsed { left, .. } => recovery_code_used(*left),
        Topic::RecoveryCodesRenewed { .. } => recovery_codes_renewed(),
        Topic::FactorGuessed { place, .. } => factor_guessed(place),
        Topic::Digest { count, .. } => digest(*count),
    }
}

fn verify_email() -> Said {
    said(
        "Confirma tu correo",
        "Falta poco: confirma que esta dirección es tuya y la plaza también lo es. El enlace vale 24 horas.",
        "Confirmar mi correo",
        "Si no abriste una cuenta en Praça, ignora este correo: sin tu confirmación no pasa nada con tu dirección.",
    )
}

fn already_registered() -> Said {
    said(
        "Ya tienes una cuenta",
        "Alguien intentó abrir una cuenta en Praça con esta dirección, pero ya tiene una: la tuya. Si fuiste tú, solo \
         entra. Si no recuerdas la contraseña, pide un enlace para crear otra.",
        "Entrar en la plaza",
        "Si no fuiste tú, no tienes que hacer nada: nadie entró en tu cuenta.",
    )
}

fn reset_password() -> Said {
    said(
        "Crea una contraseña nueva",
        "Nos pidieron cambiar la contraseña de tu cuenta. El enlace vale 10 minutos y una sola vez. Al usarlo sales de \
         todos los dispositivos.",
        "Crear contraseña nueva",
        "Si no fuiste tú, ignora este correo: tu contraseña sigue siendo la misma.",
    )
}

fn password_changed() -> Said {
    said(
        "Tu contraseña cambió",
        "La contraseña de tu cuenta acaba de cambiar, y los demás dispositivos salieron de ella.",
        "No fui yo",
        "Si fuiste tú, todo está bien. Si no, crea otra contraseña ahora mismo con el enlace de arriba.",
    )
}

fn change_email() -> Said {
    said(
        "Confirma tu correo nuevo",
        "Pediste usar esta dirección en tu cuenta. Confirma que es tuya; hasta entonces vale la anterior. El enlace \
         vale una hora.",
        "Usar este correo",
        "Si no fuiste tú, ignora este correo: nada cambia.",
    )
}

fn email_changed(address: &str, can_be_undone: bool) -> Said {
    let note = if can_be_undone {
        "Si fuiste tú, no hace falta hacer nada. Si no, el enlace devuelve esta dirección a la cuenta, cierra todas las sesiones y elige una contraseña nueva. Vale por 3 días."
    } else {
        "Si no fuiste tú, habla con la administración de la plaza cuanto antes."
    };
    said(
        "El correo de tu cuenta cambió",
        format!("Tu cuenta usa ahora la dirección {address}. A esta ya no le llega nada de ella."),
        "Deshacerlo y elegir una contraseña",
        note,
    )
}

fn new_device(device: &str, place: &str, at: Timestamp) -> Said {
    let device = if device.is_empty() { "un programa que no conocemos" } else { device };
    Said {
        subject: "Entraron en tu cuenta desde un dispositivo nuevo".into(),
        paragraphs: vec![
            "Alguien acaba de entrar en tu cuenta desde un dispositivo que no conocíamos.".into(),
            format!("Dispositivo: {device}. Red: {place}. Cuándo: {}.", when(Locale::Es, at)),
        ],
        label: "Ver mis dispositivos",
        note: "Si fuiste tú, todo está bien. Si no, ciérralo con el enlace de arriba y cambia la contraseña.".into(),
    }
}

fn account_locked(place: &str) -> Said {
    said(
        "Muchas contraseñas equivocadas en tu cuenta",
        format!(
            "Alguien se equivocó varias veces con la contraseña de tu cuenta, desde la red {place}. Quien lo intenta \
             desde ahí tiene que esperar cada vez más. Tú sigues entrando desde los dispositivos que ya usas."
        ),
        "Cambiar mi contraseña",
        "Si fuiste tú, espera un poco e intenta de nuevo. Si no, basta una contraseña larga y solo tuya.",
    )
}

fn factor_changed(factor: Factor, added: bool) -> Said {
    let (subject, text) = match (factor, added) {
        (Factor::Totp, true) => (
            "Códigos de aplicación activados",
            "Desde ahora, para entrar en tu cuenta hace falta un código de tu aplicación, además de la contraseña.",
        ),
        (Factor::Totp, false) => {
            ("Códigos de aplicación desactivados", "Tu cuenta ya no pide códigos de una aplicación.")
        }
        (Factor::Passkey, true) => ("Una llave de acceso nueva", "Una llave de acceso nueva entra en tu cuenta."),
        (Factor::Passkey, false) => {
            ("Una llave de acceso eliminada", "Una llave de acceso fue eliminada y ya no entra en tu cuenta.")
        }
    };
    said(
        subject,
        text,
        "Ver mi seguridad",
        "Si fuiste tú, todo está bien. Si no, cambia la contraseña ahora mismo y habla con la administración de la plaza: una contraseña nueva no desactiva lo que otra persona activó.",
    )
}

fn first_factor_added(factor: Factor) -> Said {
    Said {
        label: "No fui yo",
        note: "Si fuiste tú, todo está bien: guarda bien los códigos de recuperación. Si no, el enlace te devuelve la cuenta: quita lo que se activó, cierra todas las sesiones y elige una contraseña nueva. Vale por 3 días.".into(),
        ..factor_changed(factor, true)
    }
}

fn recovery_code_used(left: u32) -> Said {
    let left = match left {
        0 => "No queda ninguno: crea otros cuando puedas.".into(),
        1 => "Queda uno: crea otros cuando puedas.".into(),
        left => format!("Quedan {left}."),
    };
    said(
        "Se usó un código de recuperación",
        format!("Alguien acaba de entrar en tu cuenta con uno de tus códigos de recuperación. {left}"),
        "Ver mi seguridad",
        "Si fuiste tú, todo está bien. Si no, cambia la contraseña ahora mismo y crea otros códigos.",
    )
}

fn recovery_codes_renewed() -> Said {
    said(
        "Códigos de recuperación nuevos",
        "Los códigos de recuperación de tu cuenta fueron reemplazados; los de antes ya no valen.",
        "Ver mi seguridad",
        "Si fuiste tú, todo está bien. Si no, cambia la contraseña ahora mismo y crea otros códigos.",
    )
}

fn factor_guessed(place: &str) -> Said {
    said(
        "Alguien tiene tu contraseña",
        format!(
            "Alguien acertó la contraseña de tu cuenta y se equivocó varias veces con el segundo factor, desde la red {place}. No \
             entró. Cambia la contraseña: ya no es solo tuya."
        ),
        "Cambiar mi contraseña",
        "Si fuiste tú, espera un poco e intenta de nuevo.",
    )
}

fn digest(count: u32) -> Said {
    said(
        "Lo que pasó en la plaza",
        match count {
            1 => "Hay un aviso que todavía no viste.".into(),
            count => format!("Hay {count} avisos que todavía no viste."),
        },
        "Ver en la plaza",
        "Recibes este resumen porque lo activaste en tus preferencias, donde también puedes desactivarlo.",
    )
}
