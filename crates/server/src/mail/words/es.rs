//! In Spanish.

use praca_api::accounts::Locale;

use super::{Said, Topic, when};

/// What is said of a topic.
pub fn say(topic: &Topic) -> Said {
    let said = |subject: &str, text: String, label, note: &str| Said {
        subject: subject.into(),
        paragraphs: vec![text],
        label,
        note: note.into(),
    };
    match topic {
        Topic::VerifyEmail { .. } => said(
            "Confirma tu correo",
            "Falta poco: confirma que esta dirección es tuya y la plaza también lo es. El enlace vale 24 horas.".into(),
            "Confirmar mi correo",
            "Si no abriste una cuenta en Praça, ignora este correo: sin tu confirmación no pasa nada con tu dirección.",
        ),
        Topic::AlreadyRegistered { .. } => said(
            "Ya tienes una cuenta",
            "Alguien intentó abrir una cuenta en Praça con esta dirección, pero ya tiene una: la tuya. Si fuiste tú, solo \
             entra. Si no recuerdas la contraseña, pide un enlace para crear otra."
                .into(),
            "Entrar en la plaza",
            "Si no fuiste tú, no tienes que hacer nada: nadie entró en tu cuenta.",
        ),
        Topic::ResetPassword { .. } => said(
            "Crea una contraseña nueva",
            "Nos pidieron cambiar la contraseña de tu cuenta. El enlace vale 10 minutos y una sola vez. Al usarlo sales de \
             todos los dispositivos."
                .into(),
            "Crear contraseña nueva",
            "Si no fuiste tú, ignora este correo: tu contraseña sigue siendo la misma.",
        ),
        Topic::PasswordChanged { .. } => said(
            "Tu contraseña cambió",
            "La contraseña de tu cuenta acaba de cambiar, y los demás dispositivos salieron de ella.".into(),
            "No fui yo",
            "Si fuiste tú, todo está bien. Si no, crea otra contraseña ahora mismo con el botón de arriba.",
        ),
        Topic::ChangeEmail { .. } => said(
            "Confirma tu correo nuevo",
            "Pediste usar esta dirección en tu cuenta. Confirma que es tuya; hasta entonces vale la anterior. El enlace \
             vale una hora."
                .into(),
            "Usar este correo",
            "Si no fuiste tú, ignora este correo: nada cambia.",
        ),
        Topic::EmailChanged { address } => said(
            "El correo de tu cuenta cambió",
            format!("Tu cuenta usa ahora la dirección {address}. A esta ya no le llega nada de ella."),
            "",
            "Si no fuiste tú, habla con la administración de la plaza cuanto antes.",
        ),
        Topic::NewDevice { device, place, at, .. } => Said {
            subject: "Entraron en tu cuenta desde un dispositivo nuevo".into(),
            paragraphs: vec![
                "Alguien acaba de entrar en tu cuenta desde un dispositivo que no conocíamos.".into(),
                format!("Dispositivo: {device}. Red: {place}. Cuándo: {}.", when(Locale::Es, *at)),
            ],
            label: "Ver mis dispositivos",
            note: "Si fuiste tú, todo está bien. Si no, ciérralo con el botón de arriba y cambia la contraseña.".into(),
        },
        Topic::AccountLocked { place, .. } => said(
            "Muchas contraseñas equivocadas en tu cuenta",
            format!(
                "Alguien se equivocó varias veces con la contraseña de tu cuenta, desde la red {place}. Quien lo intenta \
                 desde ahí tiene que esperar cada vez más. Tú sigues entrando desde los dispositivos que ya usas."
            ),
            "Cambiar mi contraseña",
            "Si fuiste tú, espera un poco e intenta de nuevo. Si no, basta una contraseña larga y solo tuya.",
        ),
        Topic::Digest { count, .. } => said(
            "Lo que pasó en la plaza",
            match count {
                1 => "Hay un aviso que todavía no viste.".into(),
                count => format!("Hay {count} avisos que todavía no viste."),
            },
            "Ver en la plaza",
            "Recibes este resumen porque lo activaste en tus preferencias, donde también puedes desactivarlo.",
        ),
    }
}
