//! In Brazilian Portuguese.

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
        "Confirme seu e-mail",
        "Falta pouco: confirme que este endereço é seu e a praça é toda sua. O link vale por 24 horas.",
        "Confirmar meu e-mail",
        "Se você não criou uma conta na Praça, ignore este e-mail: sem a confirmação, nada acontece com seu endereço.",
    )
}

fn already_registered() -> Said {
    said(
        "Você já tem uma conta",
        "Alguém tentou criar uma conta na Praça com este endereço, mas ele já tem uma: a sua. Se foi você, é só \
         entrar. Se não lembra a senha, peça um link para criar outra.",
        "Entrar na praça",
        "Se não foi você, não precisa fazer nada: ninguém entrou na sua conta.",
    )
}

fn reset_password() -> Said {
    said(
        "Crie uma nova senha",
        "Recebemos um pedido para trocar a senha da sua conta. O link vale por 10 minutos e só uma vez. Ao usá-lo, \
         você sai de todos os aparelhos.",
        "Criar nova senha",
        "Se não foi você, ignore este e-mail: sua senha continua a mesma.",
    )
}

fn password_changed() -> Said {
    said(
        "Sua senha foi trocada",
        "A senha da sua conta acaba de ser trocada, e os outros aparelhos saíram dela.",
        "Não fui eu",
        "Se foi você, está tudo certo. Se não foi, crie outra senha agora mesmo pelo link acima.",
    )
}

fn change_email() -> Said {
    said(
        "Confirme seu novo e-mail",
        "Você pediu para usar este endereço na sua conta. Confirme que ele é seu; até lá, vale o endereço de antes. \
         O link vale por uma hora.",
        "Usar este e-mail",
        "Se não foi você, ignore este e-mail: nada muda.",
    )
}

fn email_changed(address: &str, can_be_undone: bool) -> Said {
    let note = if can_be_undone {
        "Se foi você, não precisa fazer nada. Se não foi, o link devolve este endereço à conta, encerra todos os acessos e escolhe uma senha nova. Ele vale por 3 dias."
    } else {
        "Se não foi você, procure a gestão da praça o quanto antes."
    };
    said(
        "O e-mail da sua conta mudou",
        format!("Sua conta agora usa o endereço {address}. Este aqui não recebe mais nada dela."),
        "Desfazer e escolher uma senha",
        note,
    )
}

fn new_device(device: &str, place: &str, at: Timestamp) -> Said {
    let device = if device.is_empty() { "um programa que não conhecemos" } else { device };
    Said {
        subject: "Entraram na sua conta de um aparelho novo".into(),
        paragraphs: vec![
            "Alguém acaba de entrar na sua conta de um aparelho que ainda não conhecíamos.".into(),
            format!("Aparelho: {device}. Rede: {place}. Quando: {}.", when(Locale::PtBr, at)),
        ],
        label: "Ver meus aparelhos",
        note: "Se foi você, está tudo certo. Se não foi, encerre esse acesso pelo link acima e troque a senha.".into(),
    }
}

fn account_locked(place: &str) -> Said {
    said(
        "Muitas senhas erradas na sua conta",
        format!(
            "Alguém errou a senha da sua conta várias vezes, na rede {place}. Quem tenta dali precisa esperar cada \
             vez mais. Você continua entrando normalmente dos aparelhos que já usa."
        ),
        "Trocar minha senha",
        "Se foi você, espere um pouco e tente de novo. Se não foi, uma senha longa e só sua já basta.",
    )
}

fn factor_changed(factor: Factor, added: bool) -> Said {
    let (subject, text) = match (factor, added) {
        (Factor::Totp, true) => (
            "Códigos de aplicativo ligados",
            "Agora, para entrar na sua conta, além da senha é preciso um código do seu aplicativo.",
        ),
        (Factor::Totp, false) => {
            ("Códigos de aplicativo desligados", "Sua conta não pede mais códigos de um aplicativo.")
        }
        (Factor::Passkey, true) => ("Uma chave de acesso nova", "Uma chave de acesso nova entra na sua conta."),
        (Factor::Passkey, false) => {
            ("Uma chave de acesso removida", "Uma chave de acesso foi removida e não entra mais na sua conta.")
        }
    };
    said(
        subject,
        text,
        "Ver minha segurança",
        "Se foi você, está tudo certo. Se não foi, troque a senha agora mesmo e procure a gestão da praça: uma senha nova não desliga o que outra pessoa ligou.",
    )
}

fn first_factor_added(factor: Factor) -> Said {
    Said {
        label: "Não fui eu",
        note: "Se foi você, está tudo certo: guarde bem os códigos de recuperação. Se não foi, o link devolve a conta a você: remove o que foi ligado, encerra todos os acessos e escolhe uma senha nova. Ele vale por 3 dias.".into(),
        ..factor_changed(factor, true)
    }
}

fn recovery_code_used(left: u32) -> Said {
    let left = match left {
        0 => "Não resta nenhum: faça outros quando puder.".into(),
        1 => "Resta um: faça outros quando puder.".into(),
        left => format!("Restam {left}."),
    };
    said(
        "Um código de recuperação foi usado",
        format!("Alguém acaba de entrar na sua conta com um dos seus códigos de recuperação. {left}"),
        "Ver minha segurança",
        "Se foi você, está tudo certo. Se não foi, troque a senha agora mesmo e faça outros códigos.",
    )
}

fn recovery_codes_renewed() -> Said {
    said(
        "Códigos de recuperação novos",
        "Os códigos de recuperação da sua conta foram trocados; os de antes não valem mais.",
        "Ver minha segurança",
        "Se foi você, está tudo certo. Se não foi, troque a senha agora mesmo e faça outros códigos.",
    )
}

fn factor_guessed(place: &str) -> Said {
    said(
        "Alguém tem a sua senha",
        format!(
            "Alguém acertou a senha da sua conta e errou várias vezes o segundo fator, na rede {place}. Não entrou. Troque a \
             senha: ela não é mais só sua."
        ),
        "Trocar minha senha",
        "Se foi você, espere um pouco e tente de novo.",
    )
}

fn digest(count: u32) -> Said {
    said(
        "O que aconteceu na praça",
        match count {
            1 => "Há um aviso que você ainda não viu.".into(),
            count => format!("Há {count} avisos que você ainda não viu."),
        },
        "Ver na praça",
        "Você recebe este resumo porque o ligou nas suas preferências, onde também pode desligá-lo.",
    )
}
